# SPDX-License-Identifier: Apache-2.0
"""The leaky bucket."""

import pytest

from trove.api import buckets
from trove.api import errors
from trove.api import ratelimit
from trove.tests.fixtures import options


class Clock:
    """Seconds that pass when told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """A clock at rest."""
    return Clock()


@pytest.fixture
def limiter(clock):
    """60 GETs a minute, 6 PUTs, no limit of DELETEs."""
    return ratelimit.RateLimiter(
        options.make(http_get_rate=60, http_put_rate=6, http_delete_rate=0),
        buckets.Buckets(clock))


def burst(limiter, count, method='GET', project='p'):
    """Send requests."""
    for _ in range(count):
        limiter.take(project, method, False)


def test_a_burst_up_to_the_rate_passes_and_then_one_for_each_that_leaks(
        limiter, clock):
    burst(limiter, 60)
    with pytest.raises(errors.RateLimited) as caught:
        burst(limiter, 1)
    assert caught.value.facts == {'retry_after': 1,
                                  'details': 'GET limit 60/minute'}
    clock.now += 1
    burst(limiter, 1)
    with pytest.raises(errors.RateLimited):
        burst(limiter, 1)


def test_the_pause_is_as_long_as_needed(limiter, clock):
    burst(limiter, 6, 'PUT')
    with pytest.raises(errors.RateLimited) as caught:
        burst(limiter, 1, 'PATCH')
    assert caught.value.facts['retry_after'] == 10
    clock.now += 10
    burst(limiter, 1, 'PATCH')


def test_projects_and_methods_do_not_share(limiter):
    burst(limiter, 60)
    burst(limiter, 60, project='q')
    burst(limiter, 6, 'PUT')
    burst(limiter, 1000, 'DELETE')


def test_what_is_left_is_shown(limiter, clock):
    burst(limiter, 60)
    left = {limit.verb: remaining
            for limit, remaining, _ in limiter.shown('p')
            if limit.key != 'MGMT'}
    assert left == {'GET': 0, 'PUT': 6, 'POST': 200}
    clock.now += 30
    left = {limit.verb: remaining
            for limit, remaining, _ in limiter.shown('p')}
    assert left['GET'] == 30


def test_memory_is_bounded(limiter, monkeypatch):
    monkeypatch.setattr(buckets, 'MOST_BUCKETS', 10)
    for number in range(100):
        burst(limiter, 1, project=str(number))
    assert len(limiter._buckets._levels) == 10
