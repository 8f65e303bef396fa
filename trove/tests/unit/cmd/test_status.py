# SPDX-License-Identifier: Apache-2.0
"""trove-status: each check sees what it is there for."""

import pytest
from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from trove.cmd import status
from trove.common import context
from trove.common import crypto
from trove.db import schema
from trove.db import session
from trove.objects.operation import State
from trove.tests.fixtures import options

Code = upgradecheck.Code


@pytest.fixture
def conf(tmp_path):
    keys = tmp_path / 'keys.json'
    crypto.Keyring.create(keys, 'one')
    return options.make(
        database__connection='sqlite:///%s/trove.sqlite' % tmp_path,
        secrets__keys_file=str(keys))


@pytest.fixture
def db(conf):
    made = session.from_conf(
        conf, crypto.Keyring.load(conf.secrets.keys_file))
    schema.upgrade(made)
    return made


def promise(db):
    with db.writer() as tx:
        return tx.operations.get(tx.operations.add(
            'v', None, context.Context(project_id='p'), {}))


def test_a_schema_behind_is_a_failure(conf):
    found = status.Checks(conf).schema()
    assert found.code is Code.FAILURE and 'db_sync' in found.details


def test_a_schema_at_the_head_is_well(conf, db):
    assert status.Checks(conf).schema().code is Code.SUCCESS


def test_a_keyring_that_opens_what_is_stored_is_well(conf, db):
    assert status.Checks(conf).keyring().code is Code.SUCCESS
    promise(db)
    assert '1 sealed' in status.Checks(conf).keyring().details


def test_a_keyring_that_is_missing_or_another_is_a_failure(conf, db,
                                                           tmp_path):
    promise(db)
    crypto.Keyring.create(tmp_path / 'other', 'one')
    for path in (str(tmp_path / 'other'), '/none/such', None):
        conf.set_override('keys_file', path, 'secrets')
        assert status.Checks(conf).keyring().code is Code.FAILURE


def test_what_needs_an_operator_is_a_warning(conf, db):
    made = promise(db)
    assert status.Checks(conf).operations().code is Code.SUCCESS
    with db.writer() as tx:
        tx.operations.take('a', 60, 1)
        tx.operations.finish(made.id, 1, State.FAILED)
    found = status.Checks(conf).operations()
    assert found.code is Code.WARNING and made.id in found.details


def test_an_operation_nobody_can_end_is_a_warning(conf, db):
    promise(db)
    for _ in range(status.MANY_ATTEMPTS):
        assert status.Checks(conf).operations().code is Code.SUCCESS
        with db.writer() as tx:
            tx.operations.take('a', -1, 1)
    assert status.Checks(conf).operations().code is Code.WARNING


def test_options_of_older_releases_are_a_warning(tmp_path):
    file = tmp_path / 'trove.conf'
    file.write_text('[DEFAULT]\nnova_api_insecure = True\n')
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[str(file)], default_config_dirs=[])
    found = status.Checks(conf).options()
    assert found.code is Code.WARNING
    assert '[DEFAULT] nova_api_insecure' in found.details
    conf([], default_config_files=[], default_config_dirs=[])
    assert status.Checks(conf).options().code is Code.SUCCESS


@pytest.mark.parametrize('name, text, code', (
    ('policy.yaml', '"a": "b"\n', Code.SUCCESS),
    ('policy.json', '{"a": "b"}', Code.FAILURE)))
def test_a_json_policy_is_a_failure(conf, tmp_path, name, text, code):
    (tmp_path / name).write_text(text)
    checks = status.Checks(conf)
    checks.policy()      # registers the option
    conf.set_override('policy_file', str(tmp_path / name), 'oslo_policy')
    assert checks.policy().code is code


def test_the_command_ends_with_the_worst_of_its_checks(tmp_path, capsys):
    file = tmp_path / 'trove.conf'
    file.write_text('[database]\nconnection = sqlite:///%s/x.sqlite\n'
                    % tmp_path)
    with pytest.raises(SystemExit) as ended:
        status.main(['--config-file', str(file), 'upgrade', 'check'])
    assert ended.value.code == Code.FAILURE
    assert 'Schema of the database' in capsys.readouterr().out
