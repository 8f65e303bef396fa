# SPDX-License-Identifier: Apache-2.0
"""Facts of the server and of the agent's own process, for operators."""

import os
import pathlib

#: Lines of /proc/self/status and how the API names them.
_STATUS = {'FDSize': 'fdSize', 'VmSize': 'vmSize', 'VmPeak': 'vmPeak',
           'VmRSS': 'vmRss', 'VmHWM': 'vmHwm', 'Threads': 'threads'}


def hardware(proc='/proc'):
    """Memory in KiB and the number of processors that may be used."""
    facts = _lines(pathlib.Path(proc, 'meminfo'))
    return {'mem_total': facts['MemTotal'],
            'num_cpus': len(os.sched_getaffinity(0))}


def process(version, proc='/proc'):
    """What the agent takes up: memory in KiB, descriptors, threads."""
    facts = _lines(pathlib.Path(proc, 'self', 'status'))
    return {'version': version,
            **{name: facts[line] for line, name in _STATUS.items()}}


def _lines(path):
    """{name: number} of the lines that begin with a number."""
    found = {}
    for line in path.read_text('utf-8').splitlines():
        name, _, rest = line.partition(':')
        word = (rest.split() or [''])[0]
        if word.isdecimal():
            found[name] = int(word)
    return found
