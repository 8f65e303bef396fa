# SPDX-License-Identifier: Apache-2.0
"""While the database is away, cut off or only reads, the API says so (503)
and never calls it a defect (500)."""

import pytest

from trove.cloud.fake import network
from trove.tests.fixtures import api
from trove.tests.fixtures import database
from trove.tests.fixtures import servers
from trove.tests.fixtures import unreliable_database

CREATE = {'instance': {
    'name': 'db', 'flavorRef': '1', 'volume': {'size': 1},
    'datastore': {'type': 'mariadb', 'version': '10.11'},
    'nics': [{'net-id': api.NETWORK}]}}
AWAY = 'serviceUnavailable'


@pytest.fixture(params=('mariadb', 'postgresql'), scope='module')
def site(request):
    kind = unreliable_database.SERVERS[request.param]
    with servers.running(kind) as server:
        made = unreliable_database.Site(request.param, server)
        yield made
        made.close()


@pytest.fixture
def service(site, monkeypatch):
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    database.empty(site.db)
    api.store_datastores(site.db)
    return api.Service(site.db)


@pytest.fixture
def member(service):
    return service.caller('member')


def create(member):
    return member.post('/instances', CREATE)


def test_a_server_that_is_down_is_said_to_be_down(site, member):
    assert create(member).status_code == 200
    site.server.kill()
    try:
        for answer in (member.get('/instances'), create(member)):
            assert answer.status_code == 503
            assert AWAY in answer.json
            assert 'database' in answer.json[AWAY]['message']
    finally:
        site.server.boot()
    assert member.get('/instances').status_code == 200
    assert create(member).status_code == 200


def test_a_primary_that_only_reads_takes_no_promises(site, service, member):
    made = create(member).json['instance']['id']
    site.read_only(True)
    try:
        assert member.get('/instances').status_code == 200
        for answer in (create(member),
                       member.delete('/instances/' + made)):
            assert answer.status_code == 503
            assert AWAY in answer.json
    finally:
        site.read_only(False)
    assert create(member).status_code == 200
    assert service.rows() == 2


def test_who_is_cut_off_while_promising_is_told_to_look(
        site, service, member):
    with unreliable_database.Axe(site, 1):
        answer = create(member)
    assert answer.status_code == 503
    assert 'look whether' in answer.json[AWAY]['message']
    assert len(service.promises()) == service.rows()


def test_no_answer_is_a_defect_while_connections_are_cut(site, member):
    answers = set()
    with unreliable_database.again_and_again(site.kill_all, 0.02):
        for _ in range(15):
            answers.add(create(member).status_code)
            answers.add(member.get('/instances').status_code)
    # 413: what was told to look first has been promised before.
    assert answers <= {200, 413, 503}
