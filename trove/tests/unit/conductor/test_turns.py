# SPDX-License-Identifier: Apache-2.0
"""Work of all guests in turn: one that has much holds up nobody."""

import threading

from trove.conductor import turns


def test_a_guest_whose_work_hangs_leaves_the_others_a_thread():
    made = turns.Turns(2, 100)
    made.start()
    hangs, done = threading.Event(), threading.Event()
    for _ in range(10):
        made.put('loud', lambda: hangs.wait(10))
    made.put('quiet', done.set)
    assert done.wait(5)
    hangs.set()
    made.stop()


def test_of_one_guest_the_order_is_kept_and_all_is_done_before_the_end():
    made, done = turns.Turns(4, 100), []
    made.start()
    for number in range(50):
        made.put('one', lambda number=number: done.append(number))
    made.stop()
    assert done == list(range(50))


def test_guests_come_after_each_other():
    made, done = turns.Turns(1, 100), []
    for name in ('a', 'a', 'a', 'b'):
        made.put(name, lambda name=name: done.append(name))
    made.start()
    made.stop()
    assert done == ['a', 'b', 'a', 'a']


def test_what_fails_ends_nothing():
    made, done = turns.Turns(1, 100), []
    made.start()
    made.put('one', lambda: 1 / 0)
    made.put('one', lambda: done.append(1))
    made.stop()
    assert done == [1]


def test_too_much_is_refused():
    made = turns.Turns(1, 2)
    assert made.put('a', lambda: None) and made.put('b', lambda: None)
    assert not made.put('c', lambda: None)
