# SPDX-License-Identifier: Apache-2.0
"""Where an instance may be attached, when the cloud knows the subnet."""

import types

import pytest

from trove.cloud import resources
from trove.operations import catalogue
from trove.operations import networks
from trove.tests.fixtures import options


@pytest.fixture
def check(monkeypatch):
    """Ask for a subnet of that range, where these are reserved."""
    def ask(cidr, reserved=(), **asked):
        monkeypatch.setattr(catalogue, 'subnet', lambda *_: resources.Subnet(
            id='s', network_id='n', cidr=cidr))
        deps = types.SimpleNamespace(conf=options.make(
            reserved_network_cidrs=list(reserved)))
        return networks.check(
            types.SimpleNamespace(project_id='p'), deps,
            (networks.Nic(subnet_id='s', **asked),))
    return ask


def test_the_network_of_a_subnet_goes_without_saying(check):
    assert check('10.9.0.0/24', ip_address='10.9.0.7') == (networks.Nic(
        network_id='n', subnet_id='s', ip_address='10.9.0.7'),)


def test_an_address_outside_its_subnet_is_refused(check):
    with pytest.raises(networks.NetworkRefused, match='not in the subnet'):
        check('10.9.0.0/24', ip_address='10.9.1.7')


@pytest.mark.parametrize('cidr', [
    '172.17.0.0/24', '172.0.0.0/8', '172.17.255.0/24'])
def test_a_subnet_in_what_is_reserved_is_refused(check, cidr):
    with pytest.raises(networks.NetworkRefused, match='is reserved'):
        check(cidr, ['fd00::/8', '172.17.0.0/16'])


@pytest.mark.parametrize('cidr', ['172.18.0.0/24', 'fd17::/64'])
def test_a_subnet_beside_what_is_reserved_is_taken(check, cidr):
    assert check(cidr, ['172.17.0.0/16', 'fd18::/16'])
