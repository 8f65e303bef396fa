# SPDX-License-Identifier: Apache-2.0
"""Modules: made, applied, asked for, applied anew, taken away."""

import base64
import contextlib

import pytest

from trove.common import waiting


@pytest.fixture
def greeting(server, tmp_path):
    """Makes modules of type ping, which are deleted at the end."""
    made = []

    def make(message, **more):
        path = tmp_path / 'contents'
        path.write_text('message = %s\n' % message)
        one = server.trove.modules.create(
            'greeting-%d' % len(made), 'ping', path.read_text(), **more)
        made.append(one)
        return one

    yield make
    for one in made:
        with contextlib.suppress(Exception):
            server.trove.instances.module_remove(server.id, one.id)
        server.trove.modules.delete(one.id)


def test_a_module_comes_and_goes(server, greeting):
    trove = server.trove
    made = greeting('hello there')
    [said] = trove.instances.module_apply(server.id, [made.id])
    assert (said.status, said.message) == ('OK', 'hello there')
    for ask in (trove.instances.modules, trove.instances.module_query):
        assert [one.id for one in ask(server.id)] == [made.id]
    [given] = trove.instances.module_query(server.id)
    assert given.md5 == made.md5
    [listed] = trove.modules.instances(made.id)
    assert listed.id == server.id
    server.refuses(403, trove.modules.delete, made.id)
    trove.instances.module_remove(server.id, made.id)
    assert list(trove.instances.module_query(server.id)) == []
    server.refuses(404, trove.instances.module_remove, server.id, made.id)
    assert server.well()


def test_one_that_cannot_be_applied_says_why(server, greeting):
    trove = server.trove
    licence = trove.modules.create('licence', 'new_relic_license',
                                   'license_key = ' + 'a1' * 20)
    try:
        [said] = trove.instances.module_apply(server.id, [licence.id])
        assert said.status == 'ERROR'
        assert 'New Relic' in said.message
        assert server.well()
        trove.instances.module_remove(server.id, licence.id)
    finally:
        trove.modules.delete(licence.id)


def test_a_newer_form_is_brought_there(server, greeting):
    trove = server.trove
    made = greeting('old words', live_update=True)
    trove.instances.module_apply(server.id, [made.id])
    trove.modules.update(made.id, contents='message = new words')
    trove.modules.reapply(made.id)
    waiting.until(
        lambda: [one.message for one in trove.instances.module_query(
            server.id)] == ['new words'],
        60, 'the newer form of the module')


def test_contents_come_back(server, greeting):
    trove = server.trove
    made = greeting('keep this')
    trove.instances.module_apply(server.id, [made.id])
    [found] = [one for one in trove.instances.module_query(server.id)
               if one.id == made.id]
    assert found.status == 'OK'
    _, body = trove.client.get(
        '/instances/%s/modules?include_contents=true' % server.id)
    assert base64.b64decode(body['modules'][0]['contents']).startswith(
        b'message = keep this')
