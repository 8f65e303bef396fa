# SPDX-License-Identifier: Apache-2.0
"""Rates that several workers count together, in a real Redis."""

import collections
import logging
import os
import secrets
import shutil
import socket
import subprocess
import time
from concurrent import futures

import pytest
import redis

from trove.api import buckets
from trove.api import errors
from trove.api import ratelimit
from trove.api import sharedbuckets
from trove.common import waiting
from trove.tests.fixtures import api
from trove.tests.fixtures import options

START_S = 30


class Store:
    """A Redis that may be stopped and started."""

    def __init__(self, directory):
        self._directory = str(directory)
        with socket.create_server(('127.0.0.1', 0)) as free:
            self._port = free.getsockname()[1]
        self._password = secrets.token_hex(8)
        self.url = 'redis://:%s@127.0.0.1:%d/0' % (self._password,
                                                   self._port)
        self._process = None

    def start(self):
        """Start it; returns when it answers."""
        program = shutil.which('redis-server')
        assert program, 'apt-get install redis-server'
        settings = os.path.join(self._directory, 'redis.conf')
        with open(settings, 'w', encoding='utf-8') as file:
            file.write('port %d\nbind 127.0.0.1\nsave ""\ndir %s\n'
                       'requirepass %s\n' % (self._port, self._directory,
                                             self._password))
        self._process = subprocess.Popen(
            [program, settings], stdout=subprocess.DEVNULL)
        waiting.until(self._answers, START_S, 'Redis')

    def stop(self):
        """Kill it."""
        self._process.kill()
        self._process.wait()

    def _answers(self):
        try:
            return redis.Redis.from_url(self.url).ping()
        except redis.RedisError:
            return False


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def workers(store):
    """The limiters of three processes."""
    conf = options.make(http_get_rate=30, http_post_rate=5,
                        rate_limit_redis_url=store.url)
    return [ratelimit.RateLimiter(conf) for _ in range(3)]


def test_workers_count_together(workers):
    def ask(number):
        try:
            workers[number % 3].take('p', 'GET', False)
        except errors.RateLimited:
            return 'refused'
        return 'passed'

    began = time.monotonic()
    with futures.ThreadPoolExecutor(6) as pool:
        outcomes = collections.Counter(pool.map(ask, range(90)))
    leaked = 1 + (time.monotonic() - began) / 2
    assert set(outcomes) == {'passed', 'refused'}
    assert 30 <= outcomes['passed'] <= 30 + leaked


def test_each_worker_shows_the_same(workers):
    for number in range(4):
        workers[number % 3].take('p', 'POST', False)
    for worker in workers:
        left = {limit.key: remaining
                for limit, remaining, _ in worker.shown('p')}
        assert left['POST'] == 1
        assert left['GET'] == 30


def test_both_kinds_of_bucket_agree(store):
    """They leak alike: each is asked at (nearly) the same moments."""
    shared, own = sharedbuckets.SharedBuckets(store.url), buckets.Buckets()
    name = ('p', 'GET')
    assert [bool(shared.fill(name, 3)) for _ in range(5)] == [
        bool(own.fill(name, 3)) for _ in range(5)]
    assert shared.fill(name, 3) == pytest.approx(own.fill(name, 3), abs=1)
    assert shared.level(name, 3) == pytest.approx(
        own.level(name, 3), abs=0.1)
    assert shared.level(('q', 'GET'), 3) == 0


def test_an_outage_of_the_store_stops_nobody(
        store, workers, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(sharedbuckets, 'REST_S', 0)
    workers[0].take('p', 'GET', False)
    store.stop()
    for _ in range(3):
        workers[0].take('p', 'GET', False)
    assert caplog.text.count('store is away') == 1
    assert store.url not in caplog.text
    store.start()
    workers[0].take('p', 'GET', False)
    assert 'together again' in caplog.text


def test_a_client_is_told_413_and_limits_agree(service, store):
    service.conf.set_override('rate_limit_redis_url', store.url)
    service.conf.set_override('http_put_rate', 2)
    first = api.Service(service.db, rate_limit_redis_url=store.url,
                        http_put_rate=2).caller('member')
    second = api.Service(service.db, rate_limit_redis_url=store.url,
                         http_put_rate=2).caller('member')
    path, body = '/instances/' + api.NOBODY, {'instance': {'name': 'x'}}
    assert first.put(path, body).status_code == 404
    assert second.put(path, body).status_code == 404
    answer = first.put(path, body)
    assert api.error(answer)[:2] == (413, 'overLimit')
    assert 0 < int(answer.headers['Retry-After']) <= 30
    shown, = (one for one in second.get('/limits').json['limits']
              if one['verb'] == 'PUT')
    assert (shown['value'], shown['remaining']) == (2, 0)
