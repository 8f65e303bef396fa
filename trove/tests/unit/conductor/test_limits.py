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
