# SPDX-License-Identifier: Apache-2.0
"""What the control half says of MariaDB against the real server."""

import json
import pathlib
import subprocess

import pymysql
import pytest

import trove.datastores.mariadb
from trove.datastores import registry
from trove.datastores.sqlfamily.guest import catalogue
from trove.tests.fixtures import options
from trove.tests.fixtures import servers

MARIADB = registry.Registry(options.make()).get('mariadb')
SAMPLES = {'character_set_filesystem': 'binary',
           'character_set_server': 'utf8mb4',
           'collation_server': 'utf8mb4_general_ci',
           'ft_boolean_syntax': '+ -><()~*:""&|',
           'innodb_flush_method': 'O_DIRECT',
           'optimizer_switch': 'index_merge=on'}


def accepted(tmp_path, text):
    """The server's words on a configuration, unless it is content."""
    path = tmp_path / 'my.cnf'
    path.write_text(text)
    said = subprocess.run(
        ['mariadbd', '--defaults-file=%s' % path, '--user=mysql', '--help',
         '--verbose'], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout, said.stderr


@pytest.mark.parametrize('ram_mb', [512, 2048, 65536])
def test_the_server_takes_the_rendered_configuration(tmp_path, ram_mb):
    flavor = {'ram_mb': ram_mb, 'vcpus': 1}
    shown, words = accepted(tmp_path, MARIADB.render(flavor, 'i', '10.11'))
    for name, value in MARIADB.defaults(flavor, 'i', '10.11').items():
        assert ('removed' not in words), words
        if value.endswith('M'):
            value = str(int(value[:-1]) * 1024 ** 2)
            line = next(line for line in shown.splitlines()
                        if line.split()[:1] == [name.replace('_', '-')])
            assert line.split()[1] == value, name


@pytest.mark.parametrize('parameter', MARIADB.parameters('10.11'),
                         ids=lambda item: item['name'])
def test_the_server_knows_each_parameter_by_its_full_name(tmp_path,
                                                          parameter):
    name = parameter['name']
    value = SAMPLES.get(name, parameter.get('min', 1))
    shown, words = accepted(tmp_path,
                            '[mysqld]\ncharacter_set_server=utf8mb4\n'
                            '%s = %s\n' % (name, value))
    assert name.replace('_', '-') in [
        (line.split() or [''])[0] for line in shown.splitlines()]
    assert 'removed' not in words


def test_parameters_are_the_servers(engine):
    words = subprocess.run(
        ['mariadbd', '--no-defaults', '--user=mysql', '--verbose', '--help'],
        capture_output=True, text=True, check=True).stdout
    # A patch release may add one; those we offer are as it says.
    found = {one['name']: one for one in catalogue.offered(engine, words)}
    for one in MARIADB.parameters('10.11'):
        assert found.get(one['name']) == one


def test_dynamic_parameters_are_dynamic_and_the_others_are_not(engine):
    with engine.cursor() as cursor:
        cursor.execute('SELECT lower(variable_name), read_only FROM '
                       'information_schema.system_variables')
        read_only = dict(cursor.fetchall())
    for item in MARIADB.parameters('10.11'):
        if not item['restart_required']:
            assert read_only[item['name']] == 'NO', item['name']


def test_character_sets_are_the_servers(engine):
    known = json.loads((pathlib.Path(
        trove.datastores.mariadb.__file__).parent / 'collations.json'
    ).read_text('utf-8'))
    with engine.cursor() as cursor:
        cursor.execute('SELECT collation_name, character_set_name FROM '
                       'information_schema.collations')
        rows = cursor.fetchall()
    sets = {}
    for collation, name in rows:
        sets.setdefault(name, set()).add(collation)
    # A newer version has more of them; the engine itself says no to those.
    assert set(known['unicode']) == sets.pop(None)
    assert set(known['sets']) == set(sets)
    for name, found in sets.items():
        assert found <= set(known['sets'][name]), name


@pytest.fixture(scope='module')
def engine():
    """A connection to a real server."""
    server = servers.MariaDB()
    server.start()
    try:
        connection = pymysql.connect(host='127.0.0.1', port=server.port,
                                     user='trove', password=server.password)
        yield connection
        connection.close()
    finally:
        server.remove()
