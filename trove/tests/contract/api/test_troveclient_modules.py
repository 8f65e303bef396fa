# SPDX-License-Identifier: Apache-2.0
"""python-troveclient and its shell on modules."""

import argparse

import pytest
from troveclient import exceptions
from troveclient.v1 import shell

from trove.objects.operation import State
from trove.tests.fixtures import api


@pytest.fixture
def instance_id(service):
    made = service.caller('member').post(
        '/instances', api.create_body()).json['instance']['id']
    service.become_active(made)
    with service.db.writer() as tx:
        for one in tx.operations.take('tm', 60, 10):
            tx.operations.finish(one.id, one.fence, State.DONE)
    return made


def make(member, name='greeting', **more):
    return member.modules.create(name, 'ping', 'message = hello', **more)


def test_the_life_of_a_module(member, connect):
    made = make(member, description='words', datastore='mariadb',
                datastore_version='10.11', live_update=True, apply_order=3)
    assert (made.type, made.apply_order, made.live_update) == (
        'ping', 3, True)
    assert member.modules.get(made.id).instance_count == 0
    assert [one.id for one in member.modules.list()] == [made.id]
    assert [one.id for one in connect('admin').modules.list()] == [made.id]
    assert [one.id for one in member.modules.list(datastore='mariadb')] == [
        made.id]
    assert list(member.modules.list(datastore='all')) == []
    changed = member.modules.update(
        made.id, name='other', module_type='new_relic_license',
        contents='license_key = x', all_datastore_versions=True)
    assert (changed.name, changed.type) == ('other', 'new_relic_license')
    assert changed.md5 != made.md5
    assert changed.datastore_version == 'all'
    member.modules.delete(made.id)
    with pytest.raises(exceptions.NotFound):
        member.modules.get(made.id)


def test_modules_of_an_instance(service, member, instance_id):
    made = make(member, live_update=True)
    [said] = member.instances.module_apply(instance_id, [made.id])
    assert (said.status, said.message) == ('OK', 'hello')
    [one] = member.instances.modules(instance_id)
    assert one.id == made.id
    [one] = member.instances.module_query(instance_id)
    assert one.md5 == made.md5
    [user] = member.modules.instances(made.id)
    assert user.id == instance_id
    [count] = member.modules.instances(made.id, count_only=True)
    assert (count.instance_count, count.current) == (1, True)
    member.modules.update(made.id, contents='message = other')
    member.modules.reapply(made.id, batch_size=10, delay=3)
    assert service.promises()[-1] == ('apply_modules', instance_id)
    member.instances.module_remove(instance_id, made.id)
    assert list(member.instances.modules(instance_id)) == []


def test_contents_are_saved_to_files(member, instance_id, tmp_path):
    made = make(member)
    member.instances.module_apply(instance_id, [made.id])
    saved = member.instances.module_retrieve(
        instance_id, directory=str(tmp_path), prefix='')
    [path] = saved.values()
    with open(path, encoding='ascii') as file:
        assert file.read() == 'message = hello'


def test_a_create_request_names_modules(service, member):
    made = make(member)
    found = member.instances.create(
        'db', '1', volume={'size': 1}, datastore='mariadb',
        datastore_version='10.11', nics=[{'net-id': api.NETWORK}],
        modules=[made.id])
    with service.db.reader() as tx:
        [work] = tx.operations.list(instance_id=found.id)
    assert work.arguments['modules'] == [made.id]


def test_the_shell_prints_what_it_expects(member, instance_id, capsys):
    made = make(member)
    member.instances.module_apply(instance_id, [made.id])
    for command, words in (
            (shell.do_module_list, {'datastore': None}),
            (shell.do_module_show, {'module': made.id}),
            (shell.do_module_query, {'instance': instance_id}),
            (shell.do_module_list_instance, {'instance': instance_id}),
            (shell.do_module_instance_count, {
                'module': made.id, 'include_clustered': False})):
        command(member, argparse.Namespace(**words))
        said = capsys.readouterr().out
        assert 'greeting' in said, command
