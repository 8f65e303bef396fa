# SPDX-License-Identifier: Apache-2.0
"""What the control half claims against what the guest half gives.

And that an engine is whole: what its folder has is found where it is needed.
"""

import ast
import configparser
import importlib
import importlib.metadata
import inspect
import pathlib

import pytest

from imagebuilder import recipe
from trove.datastores import base
from trove.datastores import folder
from trove.datastores import interfaces
from trove.datastores import registry
from trove.guestkit import runner
from trove.tests.fixtures import options

NAMES = registry.Registry(options.make()).names()
TREE = pathlib.Path(base.__file__).parents[2]
RECIPES = [recipe.load(path) for path in recipe.paths(TREE)]
TYPES = {'string', 'integer', 'boolean', 'float', 'list'}
SMALLEST = {'ram_mb': 512, 'vcpus': 1}


def test_there_are_engines():
    assert 'mariadb' in NAMES


@pytest.fixture(params=NAMES)
def halves(request, tmp_path):
    conf = options.make()
    plugin = registry.Registry(conf).get(request.param)
    driver = registry.build_driver(
        request.param,
        interfaces.Kit(units=runner.Runner(str(tmp_path / 'units'))),
        interfaces.Settings(conf=conf, root=str(tmp_path)))
    return plugin, driver


def test_the_guest_gives_what_the_plugin_claims(halves):
    plugin, driver = halves
    assert plugin.capabilities == driver.capabilities()


def test_each_part_keeps_its_interface(halves):
    _, driver = halves
    for name in driver.capabilities():
        part = getattr(driver, name)
        promised = getattr(interfaces, name.capitalize())
        assert isinstance(part, promised)
        for method, wanted in inspect.getmembers(promised,
                                                 inspect.isfunction):
            given = inspect.signature(getattr(type(part), method))
            assert list(given.parameters) == list(
                inspect.signature(wanted).parameters), (name, method)


def test_who_has_passwords_keeps_them_out_of_logs_and_reasons(halves):
    _, driver = halves
    if driver.users is not None or driver.root is not None:
        assert type(driver.engine.words) is not interfaces.Words


def test_both_halves_agree_where_data_is(halves):
    plugin, driver = halves
    assert plugin.mount_point == driver.engine.mount_point


def test_both_halves_agree_whether_tls_can_be_off(halves):
    plugin, driver = halves
    if driver.tls is not None:
        assert plugin.tls_can_be_off == driver.tls.can_be_off


def test_the_plugin_is_a_datastore_under_its_own_name(halves):
    plugin, _ = halves
    assert isinstance(plugin, base.Datastore)
    assert plugin.name in NAMES
    assert plugin.options.tcp_ports


def test_every_engine_of_the_tree_is_found_by_both_its_entry_points():
    """After a change of them: ``pip install --editable .``"""
    for path in (TREE / 'trove' / 'datastores').glob('*/conf.py'):
        for group in (registry.CONTROL, registry.GUEST):
            assert importlib.metadata.entry_points(
                group=group, name=path.parent.name), (path.parent, group)


@pytest.fixture(params=RECIPES, ids=lambda one: one.image)
def version(request):
    return request.param


def test_every_recipe_s_version_is_configured_and_can_be_tuned(version):
    plugin = registry.Registry(options.make()).get(version.datastore)
    assert plugin.render(SMALLEST, 'instance-1', version.version).strip()
    shown = plugin.defaults(SMALLEST, 'instance-1', version.version)
    assert shown and all(shown.values()), shown
    offered = plugin.parameters(version.version)
    names = [one['name'] for one in offered]
    assert names and len(names) == len(set(map(str.lower, names)))
    assert not plugin.withheld_parameters & set(map(str.lower, names))
    assert {one['type'] for one in offered} <= TYPES
    assert all('restart_required' in one for one in offered)
    # Units are known of whole numbers only.
    kinds = {one['name']: one['type'] for one in offered}
    memory = {kinds.get(name) for name in plugin.memory_parameters}
    assert memory & {'integer'} and memory <= {'integer', None}


def test_a_user_has_one_number_and_a_number_one_user():
    """A volume moves on to the next version's image."""
    found = {(user.name, user.uid) for one in RECIPES for user in one.users}
    assert len({name for name, _ in found}) == len(found)
    assert len({uid for _, uid in found}) == len(found)


def test_every_recipe_s_extras_of_the_agent_are_there(version):
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(TREE / 'setup.cfg', encoding='utf-8')
    assert set(version.agent_extras) <= set(setup['extras'])


def test_every_recipe_s_version_has_a_witness(version):
    module = importlib.import_module(
        'trove.tests.conformance.witnesses.' + version.datastore)
    witness = module.Witness(version.version)
    assert witness.datastore == version.datastore


def test_a_version_without_a_catalogue_is_told_what_there_is(halves):
    plugin, _ = halves
    if isinstance(plugin, folder.FolderDatastore):
        with pytest.raises(folder.NoCatalogue, match='it has: '):
            plugin.parameters('0.0')


def test_nobody_else_knows_an_engine_by_name():
    """An engine is its folder: no other code asks which one it is.

    The database of Trove itself may be one of them, and the fake cloud has
    an image of one.
    """
    trove = pathlib.Path(base.__file__).parents[1]
    apart = [trove / word for word in ('datastores', 'tests', 'db',
                                       'cloud/fake')]
    for path in trove.rglob('*.py'):
        if any(path.is_relative_to(other) for other in apart):
            continue
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            if isinstance(node, ast.Constant):
                assert node.value not in NAMES, (path, node.lineno)
