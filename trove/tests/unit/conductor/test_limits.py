# SPDX-License-Identifier: Apache-2.0
"""One guest that floods empties its own bucket only."""

from trove.conductor import limits


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_flood_ends_at_the_burst_and_others_go_on():
    buckets = limits.Buckets(2, clock=Clock())
    taken = sum(buckets.take('loud') for _ in range(1000))
    assert taken == 20
    assert buckets.take('quiet')


def test_the_bucket_fills_again_with_time():
    clock = Clock()
    buckets = limits.Buckets(2, clock=clock)
    while buckets.take('loud'):
        pass
    clock.now += 3
    assert sum(buckets.take('loud') for _ in range(1000)) == 6


def test_a_large_message_counts_as_several():
    buckets = limits.Buckets(2, clock=Clock())
    assert buckets.take('loud', 16384 * 30)
    assert not buckets.take('loud')
    assert buckets.take('quiet', 100)


def test_whoever_has_none_left_waits_for_a_seconds_worth():
    clock = Clock()
    buckets = limits.Buckets(2, clock=clock)
    while buckets.take('loud'):
        pass
    assert buckets.wait_s('loud') == 1
    clock.now += 1
    assert buckets.wait_s('loud') == 0
    assert buckets.take('loud') and buckets.take('loud')
    assert not buckets.take('loud')
