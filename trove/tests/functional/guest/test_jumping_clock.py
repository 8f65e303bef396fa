# SPDX-License-Identifier: Apache-2.0
"""The clock with which machines are tried jumps, and nothing else does."""

import os
import subprocess
import sys

import pytest

from trove.tests.fixtures import jumping_clock

DAY_S = 86400
#: Says what the clocks show for each line that it is given, and how long it
#: took to wait a tenth of a second in the ways that know only a date.
PROGRAM = """
import ctypes, sys, threading, time
libc = ctypes.CDLL(None)

class Moment(ctypes.Structure):
    _fields_ = (('seconds', ctypes.c_long), ('nanoseconds', ctypes.c_long))

def wait(name):
    space = ctypes.create_string_buffer(128)
    until = Moment(int(time.time()), 0)
    until.seconds += 1
    other = (ctypes.create_string_buffer(128),) if 'cond' in name else ()
    began = time.monotonic()
    getattr(libc, name)(space, *other, ctypes.byref(until))
    return time.monotonic() - began

for line in sys.stdin:
    waited = [wait(name) for name in (
        'pthread_cond_timedwait', 'sem_timedwait')]
    began = time.monotonic()
    threading.Event().wait(0.1)
    waited.append(time.monotonic() - began)
    print(time.time(), time.monotonic(), libc.time(None), *waited,
          flush=True)
"""


@pytest.fixture
def clock(tmp_path):
    return jumping_clock.JumpingClock(tmp_path, inside=tmp_path / 'lib')


def test_dates_jump_and_neither_intervals_nor_waits(clock):
    told = subprocess.Popen(
        [sys.executable, '-c', PROGRAM], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, 'LD_PRELOAD': clock.library})

    def look():
        told.stdin.write('\n')
        told.stdin.flush()
        return [float(word) for word in told.stdout.readline().split()]

    try:
        date, monotonic, seconds, *_ = look()
        for jump in (DAY_S, 0, -DAY_S, 3600):
            clock.set(jump)
            found = look()
            passed = found[1] - monotonic
            assert 0 < passed < 3600 / 2
            assert abs(found[0] - date - jump - passed) < 1
            assert abs(found[2] - seconds - jump - passed) < 2
            assert all(0 <= waited < 60 for waited in found[3:])
            assert found[5] >= 0.1
    finally:
        told.communicate()
    assert told.returncode == 0
