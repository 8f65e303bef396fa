# SPDX-License-Identifier: Apache-2.0
"""Starting goes before going on, but holds up nobody for long."""

import threading

from trove.taskmanager import way


def test_nobody_waits_when_nothing_is_being_started():
    made = way.Way()
    with made.first():
        pass
    made.give()


def test_who_goes_on_waits_until_the_start_is_over():
    made, done = way.Way(), []
    with made.first():
        other = threading.Thread(target=lambda: (made.give(),
                                                 done.append('on')))
        other.start()
        done.append('start')
    other.join(5)
    assert done == ['start', 'on']


def test_a_start_that_hangs_holds_up_nobody_for_long():
    made = way.Way()
    with made.first():
        made.give()     # returns although nobody made way


def test_a_start_that_fails_is_over():
    made = way.Way()
    try:
        with made.first():
            raise OSError
    except OSError:
        pass
    assert made._starting == 0
