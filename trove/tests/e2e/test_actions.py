# SPDX-License-Identifier: Apache-2.0
"""A tenant's database goes on through what is done to its instance.

One instance is made for all tests of this file.
"""

import contextlib
import secrets
import threading

import pymysql
import pytest

from stack.inside import tenant as tenant_module

SOON_S = 120


class Shop:
    """An instance with one table, and who uses it."""

    def __init__(self, tenant):
        self._tenant = tenant
        self._password = secrets.token_urlsafe(16)
        self.id = tenant.create('acted-on', 'app', self._password).id
        self.host = tenant_module.address(tenant.wait(self.id))
        self.sql('CREATE TABLE rows_ (n INT AUTO_INCREMENT PRIMARY KEY)')
        self.sql('INSERT INTO rows_ VALUES (NULL)')

    def sql(self, statement, host=None):
        """What a client gets."""
        return tenant_module.query(host or self.host, 'app', self._password,
                                   'shop', statement)

    def connect(self):
        """A connection that stays; close it."""
        return pymysql.connect(host=self.host, user='app',
                               password=self._password, database='shop',
                               connect_timeout=5, read_timeout=5)

    def count(self):
        """How many rows there are."""
        return self.sql('SELECT COUNT(*) FROM rows_')[0][0]

    def show(self):
        """The instance as its tenant sees it."""
        return self._tenant.trove.instances.get(self.id)

    def ready(self):
        """Wait until the action has ended; the instance."""
        return self._tenant.wait(self.id, SOON_S)

    def reached(self, host):
        """Whether a client gets in at an address."""
        with contextlib.suppress(pymysql.MySQLError):
            return bool(self.sql('SELECT 1', host))
        return False


@pytest.fixture(scope='module')
def shop(tenant):
    """The instance of this file."""
    made = None
    try:
        made = Shop(tenant)
        yield made
    finally:
        for one in tenant.trove.instances.list():
            if one.name == 'acted-on':
                tenant.trove.instances.delete(one.id)
                tenant.wait_gone(one.id)


def test_rows_outlive_a_restart_of_the_engine(tenant, shop):
    with contextlib.closing(shop.connect()) as connection:
        tenant.trove.instances.restart(shop.id)
        shop.ready()
        with pytest.raises(pymysql.MySQLError):
            connection.ping(reconnect=False)
    assert shop.count() == 1


def test_a_volume_grows_while_rows_are_written(tenant, shop):
    over, written, failed = threading.Event(), [], []

    def write():
        while not over.is_set():
            try:
                shop.sql('INSERT INTO rows_ VALUES (NULL)')
                written.append(1)
            except pymysql.MySQLError as error:
                failed.append(error)

    before = shop.count()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        tenant.trove.instances.resize_volume(shop.id, 2)
        assert shop.ready().volume['size'] == 2
    finally:
        over.set()
        writer.join()
    assert written and not failed
    assert shop.count() == before + len(written)


def test_a_larger_server_is_used(tenant, shop):
    rows = shop.count()
    [(small,)] = shop.sql('SELECT @@innodb_buffer_pool_size')
    flavor = tenant.flavor('db.medium')
    tenant.trove.instances.resize_instance(shop.id, flavor)
    assert shop.show().status == 'RESIZE'
    assert shop.ready().flavor['id'] == flavor
    [(large,)] = shop.sql('SELECT @@innodb_buffer_pool_size')
    assert large > small
    assert shop.count() == rows


def test_access_changes_on_a_running_engine(tenant, shop):
    with contextlib.closing(shop.connect()) as connection:
        tenant.trove.instances.update(shop.id, allowed_cidrs=['10.0.0.0/8'])
        shop.ready()
        connection.ping(reconnect=False)
    tenant.trove.instances.update(shop.id, allowed_cidrs=['192.0.2.0/24'])
    shop.ready()
    assert not shop.reached(shop.host)
    tenant.trove.instances.update(shop.id, is_public=True)
    public = next(one['address'] for one in shop.ready().addresses
                  if one['type'] == 'public')
    assert shop.reached(shop.host) and shop.reached(public)
    tenant.trove.instances.update(shop.id, is_public=False)
    assert all(one['type'] != 'public' for one in shop.ready().addresses)
    assert shop.reached(shop.host)


def test_a_move_without_a_host_is_told_and_disturbs_nobody(operator, shop):
    operator.trove.mgmt_instances.migrate(shop.id)
    found = shop.ready()
    assert 'No valid host' in found.fault['message']
    assert shop.count() > 0


def test_a_reboot_brings_the_engine_back(operator, shop):
    operator.trove.mgmt_instances.reboot(shop.id)
    found = shop.ready()
    assert not getattr(found, 'fault', None)
    assert shop.count() > 0


@pytest.mark.parametrize('service, path', [
    ('volume', r'POST /volumes/[^/]+/action'),
    ('compute', r'POST /servers/[^/]+/action')])
def test_a_failed_resize_leaves_all_as_it_was(tenant, shop, faults, service,
                                              path):
    before, rows = shop.show(), shop.count()
    faults.add(service, path, 'error_state', count=1)
    if service == 'volume':
        tenant.trove.instances.resize_volume(shop.id,
                                             before.volume['size'] + 1)
    else:
        tenant.trove.instances.resize_instance(
            shop.id, next(str(one.id) for one in tenant.trove.flavors.list()
                          if str(one.id) != before.flavor['id']))
    found = shop.ready()
    assert found.status == 'ACTIVE' and found.fault['message']
    assert (found.flavor, found.volume['size']) == (before.flavor,
                                                    before.volume['size'])
    assert shop.count() == rows
