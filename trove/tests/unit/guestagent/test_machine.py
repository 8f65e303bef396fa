# SPDX-License-Identifier: Apache-2.0
"""Facts of the server, as /proc has them."""

import os

from trove.guestagent import machine


def test_memory_and_processors(tmp_path):
    (tmp_path / 'meminfo').write_text(
        'MemTotal:        1014936 kB\nMemFree:  5 kB\nHugePages: 0\n')
    assert machine.hardware(str(tmp_path)) == {
        'mem_total': 1014936, 'num_cpus': len(os.sched_getaffinity(0))}


def test_what_the_agent_takes_up(tmp_path):
    (tmp_path / 'self').mkdir()
    (tmp_path / 'self' / 'status').write_text(
        'Name:\tpython\nState:\tS (sleeping)\nFDSize:\t64\n'
        'VmPeak:\t 300 kB\nVmSize:\t 200 kB\nVmHWM:\t 90 kB\n'
        'VmRSS:\t 80 kB\nThreads:\t5\n')
    assert machine.process('1.0', str(tmp_path)) == {
        'version': '1.0', 'threads': 5, 'fdSize': 64, 'vmSize': 200,
        'vmPeak': 300, 'vmRss': 80, 'vmHwm': 90}


def test_this_very_process():
    assert machine.process('1.0')['vmRss'] > 1000
