# SPDX-License-Identifier: Apache-2.0
"""Many requests at once, several processes: never more than fits.

Nobody keeps the promises here; the test ends operations itself.
"""

import http.client
import json
import subprocess
import sys
from concurrent import futures

import pytest

from trove.common import crypto
from trove.common import waiting
from trove.db import schema
from trove.db import session
from trove.objects.operation import State
from trove.tests.fixtures import api
from trove.tests.fixtures import database
from trove.tests.fixtures import servers

WORKERS = 3
CALLERS = 12


@pytest.fixture(params=('sqlite', 'mariadb', 'postgresql'), scope='module')
def url(request, tmp_path_factory):
    """An empty database."""
    if request.param == 'sqlite':
        yield 'sqlite:///%s/trove.sqlite' % tmp_path_factory.mktemp('races')
        return
    kinds = {'mariadb': servers.MariaDB, 'postgresql': servers.PostgreSQL}
    with servers.running(kinds[request.param]) as server:
        yield server.database()


@pytest.fixture(scope='module')
def db(url, tmp_path_factory):
    """The database, with the schema."""
    keys = str(tmp_path_factory.mktemp('keys') / 'keys')
    crypto.Keyring.create(keys, 'first')
    made = session.Database(url, crypto.Keyring.load(keys))
    made.keys = keys
    schema.upgrade(made)
    yield made
    made.close()


@pytest.fixture(scope='module')
def port(url, db):
    """Where the processes listen."""
    running = subprocess.Popen(
        [sys.executable, '-m', 'trove.tests.fixtures.api_fleet', url,
         db.keys, str(WORKERS)], stdout=subprocess.PIPE, text=True)
    found = int(running.stdout.readline())
    waiting.until(lambda: answers(found), 60, 'an answer of the API')
    yield found
    running.terminate()
    running.wait(30)


@pytest.fixture
def desk(port, db):
    """The API before an empty database."""
    database.empty(db)
    api.store_datastores(db)
    return Desk(port, db)


def answers(port):
    """Whether somebody listens."""
    try:
        return ask(port, ('GET', '/limits', None))[0] == 200
    except OSError:
        return False


def ask(port, request):
    """(status, parsed body) of a request of the member's."""
    method, path, body = request
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
    try:
        connection.request(
            method, '/v1.0/%s%s' % (api.PROJECT, path),
            None if body is None else json.dumps(body),
            {'X-Auth-Token': 'member', 'Content-Type': 'application/json'})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()


class Desk:
    """Many callers and the records behind them."""

    def __init__(self, port, db):
        self._port = port
        self.db = db

    def one(self, method, path, body=None):
        """One answer."""
        return ask(self._port, (method, path, body))

    def at_once(self, requests):
        """The sorted codes of requests that are sent together."""
        with futures.ThreadPoolExecutor(len(requests)) as pool:
            return sorted(code for code, _ in pool.map(
                lambda request: ask(self._port, request), requests))

    def limit(self, **limits):
        """Give the project quotas."""
        with self.db.writer() as tx:
            for resource, limit in limits.items():
                tx.quotas.set_limit(api.PROJECT, resource, limit)

    def ready(self, count=1):
        """Paths of active instances of 2 GB."""
        with self.db.reader() as tx:
            assert tx.operations.list() == []
        made = ['/instances/' + self.one(
            'POST', '/instances', api.create_body())[1]['instance']['id']
            for _ in range(count)]
        for path in made:
            api.become_active(self.db, path.rpartition('/')[2])
        self.finish()
        return made

    def finish(self):
        """End all that was promised, as done."""
        with self.db.writer() as tx:
            for work in tx.operations.take('tm', 60, 100):
                tx.quotas.commit(work.id)
                tx.operations.finish(work.id, work.fence, State.DONE)

    def used(self):
        """{resource: in use and reserved}, which a recount must confirm."""
        with self.db.writer() as tx:
            found = {usage.resource: usage.in_use + usage.reserved
                     for usage in tx.quotas.usages(
                         api.PROJECT, dict.fromkeys(
                             ('instances', 'ram', 'volumes', 'backups'), 0))}
            for name, (old, new) in tx.recount(api.PROJECT).items():
                assert old == new, name
        return found

    def unfinished(self):
        """Verbs of what is promised and not ended."""
        with self.db.reader() as tx:
            return [one.verb for one in tx.operations.list()
                    if not one.state.is_end]


def test_as_many_creates_pass_as_fit(desk):
    desk.limit(instances=5)
    codes = desk.at_once([('POST', '/instances', api.create_body())
                          ] * CALLERS)
    assert codes == [200] * 5 + [413] * (CALLERS - 5)
    used = desk.used()
    assert (used['instances'], used['volumes']) == (5, 10)
    assert desk.unfinished() == ['create_instance'] * 5


def test_the_scarcest_resource_decides(desk):
    desk.limit(instances=100, volumes=7)
    codes = desk.at_once([('POST', '/instances', api.create_body())
                          ] * CALLERS)
    assert codes == [200] * 3 + [413] * (CALLERS - 3)
    used = desk.used()
    assert (used['instances'], used['volumes']) == (3, 6)


def test_of_all_who_act_on_an_instance_one_wins(desk):
    desk.limit(instances=5)
    [path] = desk.ready()
    codes = desk.at_once([
        ('POST', path + '/action', body) for body in (
            {'restart': {}}, {'resize': {'volume': {'size': 3}}},
            {'resize': {'flavorRef': '2'}}) * (CALLERS // 3)])
    assert codes == [202] + [422] * (CALLERS - 1)
    assert len(desk.unfinished()) == 1
    desk.used()


def test_as_many_volumes_grow_as_fit(desk):
    desk.limit(instances=10, volumes=16)
    made = desk.ready(6)
    codes = desk.at_once([
        ('POST', path + '/action', {'resize': {'volume': {'size': 4}}})
        for path in made * 2])
    assert codes.count(202) == 2
    assert set(codes) == {202, 413, 422} or set(codes) == {202, 413}
    assert desk.used()['volumes'] == 16


def test_deleting_many_times_is_deleting_once(desk):
    desk.limit(instances=5)
    [path] = desk.ready()
    codes = desk.at_once([('DELETE', path, None)] * CALLERS)
    assert codes == [202] * CALLERS
    assert desk.unfinished() == ['delete_instance']
    assert desk.used()['instances'] == 1


def test_a_delete_and_an_action_at_once_leave_the_delete(desk):
    desk.limit(instances=5)
    [path] = desk.ready()
    codes = desk.at_once([
        request for _ in range(CALLERS // 2) for request in (
            ('DELETE', path, None),
            ('POST', path + '/action', {'restart': {}}))])
    assert codes.count(202) in (CALLERS // 2, CALLERS // 2 + 1)
    assert desk.unfinished().count('delete_instance') == 1
    assert desk.one('GET', path)[1]['instance']['status'] == 'SHUTDOWN'


def test_names_are_taken_once(desk):
    body = {'backup_strategy': {'swift_container': 'here'}}
    codes = desk.at_once([('POST', '/backup_strategies', body)] * CALLERS)
    assert codes == [202] * CALLERS
    found = desk.one('GET', '/backup_strategies')[1]['backup_strategies']
    assert len(found) == 1
