# SPDX-License-Identifier: Apache-2.0
"""What an operator copies: units, and what the packages carry along."""

import configparser
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[4]
UNITS = sorted((ROOT / 'etc' / 'systemd').glob('*.service'))


def _read(path):
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str
    found.read(path)
    return found


@pytest.mark.parametrize('path', UNITS, ids=lambda path: path.stem)
def test_a_unit_lets_its_service_ask_for_the_interfaces(path):
    # openstacksdk does, by way of psutil: with sockets of the internet
    # alone a service ended at its start.
    families = _read(path)['Service']['RestrictAddressFamilies'].split()
    assert {'AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK'} == set(families)


def test_packages_carry_the_files_of_an_operator():
    lines = _read(ROOT / 'setup.cfg')['files']['data_files'].split('\n')
    carried = dict(reversed(line.split(' = ')) for line in lines if line)
    for folder in ('trove', 'systemd', 'oslo-config-generator',
                   'oslo-policy-generator'):
        assert carried[f'etc/{folder}/*'] == f'share/trove/etc/{folder}'
