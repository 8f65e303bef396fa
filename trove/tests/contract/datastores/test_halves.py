# SPDX-License-Identifier: Apache-2.0
"""What the control half claims against what the guest half gives."""

import ast
import inspect
import pathlib

import pytest

from trove.datastores import base
from trove.datastores import interfaces
from trove.datastores import registry
from trove.guestkit import runner
from trove.tests.fixtures import options

NAMES = registry.Registry(options.make()).names()


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
