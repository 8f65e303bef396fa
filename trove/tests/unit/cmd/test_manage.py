# SPDX-License-Identifier: Apache-2.0
"""trove-manage: what an operator types, what comes back."""

import io
import json

import pytest

from trove.cmd.manage import program
from trove.common import context
from trove.common import crypto
from trove.common import exception
from trove.db import session
from trove.objects.operation import State


class Operator:
    """Somebody at a terminal, with a configuration of their own."""

    def __init__(self, directory):
        self.directory = directory
        self.keys = directory / 'keys.json'
        self.url = 'sqlite:///%s/trove.sqlite' % directory
        self.conf = directory / 'trove.conf'
        self.conf.write_text(
            '[database]\nconnection = %s\n[secrets]\nkeys_file = %s\n'
            % (self.url, self.keys))

    def types(self, *words):
        """What the command printed; it must succeed."""
        status, text = self.tries(*words)
        assert status == 0
        return text

    def tries(self, *words):
        """(exit status, what it printed)."""
        out = io.StringIO()
        status = program.run(
            ['--config-file', str(self.conf), *words], out)
        return status, out.getvalue()

    def database(self):
        return session.Database(self.url, crypto.Keyring.load(self.keys))


@pytest.fixture
def operator(tmp_path):
    someone = Operator(tmp_path)
    someone.types('keyring_new', str(someone.keys))
    someone.types('db_sync')
    return someone


@pytest.fixture
def version(operator):
    operator.types('datastore_update', 'mariadb', '')
    operator.types('datastore_version_update', 'mariadb', '10.11',
                   'mariadb', 'image-1', '', '1', '--version', '10.11.6')


def stored_version(operator):
    with operator.database().reader() as tx:
        return tx.datastores.version('mariadb', '10.11')


def test_a_fresh_database_is_made_once(tmp_path):
    someone = Operator(tmp_path)
    assert 'from nothing to' in someone.types('db_sync')
    assert 'already' in someone.types('db_sync')
    assert 'already' in someone.types('db_upgrade', '--version', '0001')


def test_what_the_schema_lacks_is_one_sentence(tmp_path, capsys):
    assert Operator(tmp_path).tries('datastore_update', 'x', '')[0] == 1
    assert 'db_sync' in capsys.readouterr().err


def test_a_database_out_of_reach_is_one_sentence(tmp_path, capsys):
    someone = Operator(tmp_path)
    someone.conf.write_text(
        '[database]\nconnection = sqlite:////none/such/file\n')
    assert someone.tries('db_sync')[0] == 1
    assert 'unable to open database file' in capsys.readouterr().err


def test_a_wrong_option_in_the_file_is_one_sentence(tmp_path, capsys):
    someone = Operator(tmp_path)
    someone.conf.write_text('[database]\nmax_pool_size = many\n')
    status, _ = someone.tries('db_sync')
    assert status == 1 and 'max_pool_size' in capsys.readouterr().err


def test_recreating_asks_for_a_yes(operator, version, capsys):
    assert operator.tries('db_recreate')[0] == 1
    assert '--yes' in capsys.readouterr().err
    assert stored_version(operator)
    operator.types('db_recreate', '--yes')
    with operator.database().reader() as tx:
        assert tx.datastores.list() == []


def test_a_keyring_is_never_replaced(operator, capsys):
    before = operator.keys.read_bytes()
    assert operator.tries('keyring_new', str(operator.keys))[0] == 1
    assert operator.keys.read_bytes() == before
    assert operator.keys.stat().st_mode & 0o777 == 0o600
    assert 'exists' in capsys.readouterr().err


def test_a_version_is_made_changed_and_made_default(operator, version):
    found = stored_version(operator)
    assert (found.manager, found.image_id, found.active, found.number) == (
        'mariadb', 'image-1', True, '10.11.6')
    operator.types(
        'datastore_version_update', 'mariadb', '10.11', 'mariadb', '',
        'one, two', '0', '--image-tags', 'trove,mariadb', '--version',
        '10.11.6', '--registry-ext', 'r', '--repl-strategy', 's')
    found = stored_version(operator)
    assert (found.image_id, found.image_tags, found.packages, found.active,
            found.registry_ext, found.repl_strategy) == (
        None, ('trove', 'mariadb'), ('one', 'two'), False, 'r', 's')
    operator.types('datastore_update', 'mariadb', '10.11')
    with operator.database().reader() as tx:
        assert tx.datastores.find(
            'mariadb').default_version_id == found.id


def test_a_version_needs_an_image(operator, version, capsys):
    assert operator.tries('datastore_version_update', 'mariadb', '11',
                          'mariadb', '', '', '1')[0] == 1
    assert 'image' in capsys.readouterr().err


@pytest.mark.parametrize('words', (
    ('datastore_version_update', 'none', '1', 'm', 'i', '', '1'),
    ('datastore_version_flavor_add', 'mariadb', 'none', '1'),
    ('datastore_version_flavor_delete', 'mariadb', '10.11', '1'),
    ('datastore_version_volume_type_delete', 'mariadb', '10.11', '1'),
    ('db_remove_datastore_config_parameters', 'none', '1'),
    ('operation_show', 'none'), ('operation_cancel', 'none'),
    ('db_upgrade', '--version', 'none'), ('db_purge', '--days', '-1'),
    ('quota_set', 'p', 'ram', '-2'), ('quota_set', 'p', 'ram', 'much')))
def test_what_cannot_be_is_one_sentence_and_fails(operator, version, words,
                                                  capsys):
    assert operator.tries(*words)[0] == 1
    said = capsys.readouterr().err
    assert said.startswith('trove-manage: ') and said.count('\n') == 1


def test_a_version_needs_a_manager_that_is_here(operator, version, capsys):
    assert operator.tries('datastore_version_update', 'mariadb', '11.8',
                          'nosuch', 'image-1', '', '1')[0] == 1
    assert 'no manager nosuch' in capsys.readouterr().err
    with operator.database().reader() as tx:
        assert len(tx.datastores.list()) == 1
        with pytest.raises(exception.NotFound):
            tx.datastores.version('mariadb', '11.8')


def test_flavors_and_volume_types_are_bound(operator, version):
    where = ('mariadb', '10.11')
    operator.types('datastore_version_flavor_add', *where, '1,2')
    operator.types('datastore_version_flavor_delete', *where, '1')
    operator.types('datastore_version_volume_type_add', *where, 'a, b',
                   '--version', '10.11.6')
    assert operator.types('datastore_version_volume_type_list',
                          *where).split() == ['a', 'b']
    operator.types('datastore_version_volume_type_delete', *where, 'a')
    found = stored_version(operator)
    assert (found.flavor_ids, found.volume_types) == (('2',), ('b',))


def rules(operator, *names, **values):
    file = operator.directory / 'rules.json'
    file.write_text(json.dumps({'configuration-parameters': [
        {'name': name, 'type': 'integer', 'min': 1, 'max': 9, **values}
        for name in names]}))
    return str(file)


def test_rules_are_loaded_replaced_and_removed(operator, version):
    where = ('mariadb', '10.11')
    load = ('db_load_datastore_config_parameters', *where)
    operator.types(*load, rules(operator, 'a', 'b', restart_required=True))
    operator.types(*load, rules(operator, 'b', 'c'))
    with operator.database().reader() as tx:
        found = tx.datastores.parameters(stored_version(operator).id)
    assert [(one.name, one.restart_required, one.minimum, one.maximum)
            for one in found] == [('b', False, '1', '9'),
                                  ('c', False, '1', '9')]
    assert '2' in operator.types(
        'db_remove_datastore_config_parameters', *where)


def test_rules_come_with_the_datastore(operator, version):
    load = ('db_load_datastore_config_parameters', 'mariadb', '10.11')
    assert 'parameters loaded' in operator.types(*load)
    with operator.database().reader() as tx:
        assert 'max_connections' in [one.name for one in
                                     tx.datastores.parameters(
                                         stored_version(operator).id)]


def test_a_number_that_no_rules_come_with_is_told(operator, version, capsys):
    operator.types('datastore_version_update', 'mariadb', '10.12', 'mariadb',
                   'image-1', '', '1')
    assert operator.tries('db_load_datastore_config_parameters', 'mariadb',
                          '10.12')[0] == 1
    assert '10.11, 11.8' in capsys.readouterr().err


def test_wrong_rules_change_nothing(operator, version, capsys):
    load = ('db_load_datastore_config_parameters', 'mariadb', '10.11')
    operator.types(*load, rules(operator, 'a'))
    assert operator.tries(*load, rules(operator, 'b', type='odd'))[0] == 1
    (operator.directory / 'rules.json').write_text('{}')
    assert operator.tries(
        *load, str(operator.directory / 'rules.json'))[0] == 1
    assert operator.tries(*load, '/none/such')[0] == 1
    with operator.database().reader() as tx:
        assert [one.name for one in tx.datastores.parameters(
            stored_version(operator).id)] == ['a']


def test_quotas_are_set_shown_and_recounted(operator):
    operator.types('quota_set', 'project-1', 'instances', '3')
    assert 'instances  3' in operator.types('quota_show', 'project-1')
    operator.types('quota_set', 'project-1', 'instances', '-1')
    assert 'instances  -1' in operator.types('quota_show', 'project-1')
    operator.types('quota_set', 'project-1', 'instances', 'default')
    assert 'instances  10' in operator.types('quota_show', 'project-1')
    assert 'volumes' in operator.types('quota_recount', 'project-1')


def promise(operator):
    with operator.database().writer() as tx:
        return tx.operations.get(tx.operations.add(
            'create_instance', 'instance-1',
            context.Context(project_id='project-1'),
            {'image_id': 'image-1', 'root_password': 's3cr3t'}))


def test_operations_are_shown_without_their_secrets(operator):
    made = promise(operator)
    assert made.id in operator.types('operation_list')
    assert made.id not in operator.types('operation_list', '--state',
                                         'FAILED')
    shown = operator.types('operation_show', made.id)
    assert 'image-1' in shown and 's3cr3t' not in shown


def test_ended_operations_are_listed_on_request(operator):
    made = promise(operator)
    with operator.database().writer() as tx:
        tx.operations.take('a', 60, 1)
        tx.operations.finish(made.id, 1, State.DONE)
    assert made.id not in operator.types('operation_list')
    assert made.id in operator.types('operation_list', '--all')
    assert 'operations: 1' in operator.types('db_purge', '--days', '0')


def test_a_failed_operation_is_resumed_cancelled_and_reverted(operator):
    made = promise(operator)
    with operator.database().writer() as tx:
        tx.operations.take('a', 60, 1)
        tx.operations.finish(made.id, 1, State.FAILED, 'code', 'words')
    assert operator.tries('operation_cancel', made.id)[0] == 1
    assert 'PENDING' in operator.types('operation_resume', made.id)
    assert 'to be undone' in operator.types('operation_cancel', made.id)
    assert 'to be undone' in operator.types('operation_revert', made.id)


def test_operations_need_the_keyring(operator, capsys):
    operator.keys.unlink()
    assert operator.tries('operation_list')[0] == 1
    assert 'keyring' in capsys.readouterr().err.lower()


@pytest.mark.parametrize('noun', program.NOUNS)
def test_every_command_explains_itself(noun, capsys):
    names = []
    noun.register(lambda act, **_: names.append(act.__name__))
    for name in names:
        with pytest.raises(SystemExit) as ended:
            program.run([name, '--help'])
        assert ended.value.code == 0
        assert name in capsys.readouterr().out
    assert names


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        program.run(['--version'])
    assert (ended.value.code, capsys.readouterr().out.count('.')) == (0, 2)
