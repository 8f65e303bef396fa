# SPDX-License-Identifier: Apache-2.0
"""An engine whose facts are files: template, defaults, parameters."""

import json

import pytest

from trove.datastores import folder
from trove.datastores import options as common
from trove.datastores import sizing
from trove.tests.fixtures import options

FLAVOR = {'ram_mb': 1024, 'vcpus': 2}


class Toy(folder.FolderDatastore):
    name = 'toy'
    opts = common.options(
        tcp_ports=['7'], mount_point='/var/lib/toy', ignore_users=[],
        ignore_dbs=[], exposed_logs=[], upgrade_help='None.')
    capabilities = frozenset(('engine', 'tuning'))
    separator = ' '
    quotes = '"'

    def figures(self, flavor, instance_id):
        return {'memory': flavor['ram_mb'] // 2}

    def check_database(self, spec):
        pass

    def check_user(self, spec):
        pass

    def check_password(self, password):
        pass


@pytest.fixture
def toy(tmp_path):
    place = tmp_path / 'templates'
    place.mkdir()
    (place / 'config.jinja').write_text(
        '# of {{ version }}\nmemory {{ memory }}mb\nsave "5 1"\n')
    for version in ('7', '7.0', '8'):
        (tmp_path / ('parameters-%s.json' % version)).write_text(json.dumps(
            {'configuration-parameters': [{'name': version}]}))
    conf = options.make()
    found = type('Toy', (Toy,), {'folder': tmp_path})
    found.register_opts(conf)
    return found(conf)


def test_what_is_rendered_is_what_is_shown(toy):
    assert toy.render(FLAVOR, 'id', '7.0') == (
        '# of 7.0\nmemory 512mb\nsave "5 1"\n')
    assert toy.defaults(FLAVOR, 'id', '7.0') == {
        'memory': '512mb', 'save': '5 1'}


def test_its_options_are_in_a_group_of_its_name(toy):
    assert toy.mount_point == '/var/lib/toy'
    assert toy.tcp_ports == ((7, 7),)
    assert Toy.list_opts() == ('toy', Toy.opts)


@pytest.mark.parametrize('version, found', [
    ('7.0', '7.0'), ('7.0.15', '7.0'), ('7.1', '7'), ('8', '8')])
def test_a_version_has_the_parameters_of_what_it_belongs_to(
        toy, version, found):
    assert toy.parameters(version) == [{'name': found}]


@pytest.mark.parametrize('version', ['70', '9', '', '../7'])
def test_of_another_one_it_says_what_there_is(toy, version):
    with pytest.raises(folder.NoCatalogue, match=r'7, 7\.0, 8'):
        toy.parameters(version)


def test_a_figure_stays_within_its_limits():
    assert [sizing.within(2, value, 5) for value in (1, 3, 9)] == [2, 3, 5]
