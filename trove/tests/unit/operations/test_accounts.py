# SPDX-License-Identifier: Apache-2.0
"""Rules for databases and users of a create request."""

import pytest

from trove.objects import order
from trove.operations import accounts


class Engine:
    """An engine without rules of its own."""

    reserved_users = frozenset(('root',))
    reserved_databases = frozenset(('mysql',))

    def check_database(self, spec):
        """Accept."""

    def check_user(self, spec):
        """Accept."""

    def check_password(self, password):
        """Accept."""


def check(host, valid_ip=True):
    """Check one user of this host."""
    accounts.check(Engine(), (), (order.UserSpec(
        name='app', password='x', host=host),), valid_ip)


@pytest.mark.parametrize('host', [
    '%', '10.0.0.5', '10.%', '10.0.%', '10.0.0.%', '%.0.0.1', '10.0.0.0/8',
    '10.0.0.0/255.0.0.0', 'fd00::1', 'fd00::/8'])
def test_hosts_that_are_addresses(host):
    check(host)


@pytest.mark.parametrize('host', [
    'example.org', '10.0.0.999', '10.0.0.0/99', 'a%', '1.2.3.4.%', 'fd00:%'])
def test_hosts_that_are_none(host):
    with pytest.raises(accounts.BadHost, match='app'):
        check(host)


def test_names_are_hosts_where_the_operator_says_so():
    check('my-host.example.org', valid_ip=False)


def test_one_name_may_stand_for_several_hosts():
    users = tuple(order.UserSpec(name='app', password='x', host=host)
                  for host in ('10.0.0.1', '10.0.0.2'))
    accounts.check(Engine(), (), users, True)
    with pytest.raises(accounts.NamedTwice):
        accounts.check(Engine(), (), users + users[:1], True)
