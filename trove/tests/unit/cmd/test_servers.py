# SPDX-License-Identifier: Apache-2.0
"""trove-manage set_nova_tags: servers without our tags get them."""

import io
import uuid

import pytest

from trove.cloud import fake
from trove.cloud import resources
from trove.cmd.manage import program
from trove.cmd.manage import servers
from trove.tests.fixtures import database
from trove.tests.fixtures import options


@pytest.fixture
def db(tmp_path):
    return database.sqlite(tmp_path)


@pytest.fixture
def compute(monkeypatch):
    """Nova, in which no server bears our tag yet."""
    made = fake.build().compute
    monkeypatch.setattr(made, 'statuses', lambda: {
        one: 'ACTIVE' for one in made.tags})
    return made


@pytest.fixture
def types(db, compute):
    """A function that runs the command and gives what it printed."""
    def run(*words):
        out = io.StringIO()
        desk = program.Desk(options.make(), out)
        desk.db = db
        desk.cloud = type('Cloud', (), {'compute': compute})
        asked = program.parser().parse_args(['set_nova_tags', *words])
        asked.act(desk, asked)
        return out.getvalue()
    return run


def a_served_instance(db, compute):
    instance_id = str(uuid.uuid4())
    server = compute.boot(resources.ServerOrder(
        name='db', instance_id=instance_id, operation_id='o',
        project_id='p', image_id='i', flavor_id='1', port_ids=(),
        user_data=''))
    return database.an_instance(
        db, id=instance_id, server_id=server.id,
        datastore_version_id=database.a_version(db).id)


def test_each_server_is_tagged_once(db, compute, types):
    one = a_served_instance(db, compute)
    database.an_instance(db)                    # has no server yet
    assert '1 tagged' in types()
    assert compute.tags == {one.server_id: {one.id, 'trove_mariadb'}}
    assert '0 tagged' in types()
    assert '1 tagged' in types('--force')


def test_a_server_that_is_gone_does_not_stop_the_others(
        db, compute, types):
    lost = database.an_instance(db, server_id=str(uuid.uuid4()))
    one = a_served_instance(db, compute)
    with pytest.raises(servers.Untagged):
        types()
    assert lost.server_id not in compute.tags
    assert one.server_id in compute.tags
