# SPDX-License-Identifier: Apache-2.0
"""The life of one MariaDB on a real cloud, in the order of this file."""

import re
import secrets

import pymysql
import pytest

from stack.inside import tenant as tenant_module
from trove.tests.openstack import reach
from trove.tests.openstack import tls

SOON_S = 120
#: Of the engine: no such right, password, database, user, no encryption.
REFUSALS = (1044, 1045, 1049, 1698, 3159)


class Life:
    """The instance, and its client who comes in by the floating address."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.password = secrets.token_urlsafe(16)
        self.id = tenant.ask('real', password=self.password,
                             access={'is_public': True}).id

    def show(self):
        """As its tenant sees it."""
        return self.tenant.trove.instances.get(self.id)

    def host(self):
        """Its public address."""
        [address] = [one['address'] for one in self.show().addresses
                     if one['type'] == 'public']
        return address

    def query(self, sql, user='app', password=None, database='shop',
              ssl=None):
        """Rows; asked again while the way is not open yet."""
        def answered():
            try:
                return [tenant_module.query(
                    self.host(), user, password or self.password, database,
                    sql, timeout_s=10, ssl=ssl)]
            except pymysql.err.OperationalError as error:
                if error.args[0] in REFUSALS:
                    raise
                return None
        return tenant_module.until(answered, SOON_S, f'no answer to {sql}',
                                   poll_s=1)[0]


@pytest.fixture(scope='module')
def life(tenant, nothing_left):
    """One instance for all tests of the file."""
    made = Life(tenant)
    yield made
    if any(one.id == made.id for one in tenant.trove.instances.list()):
        tenant.remove(made.id)


def test_its_guest_reaches_rabbitmq(life, stack, owner):
    reach.wait(stack, owner, life.id, lambda: life.show().status)


def test_its_guest_was_told_who_it_is_by_its_config_drive(life, owner):
    [server] = owner.cloud.compute.find(life.id)
    said = owner.admin.compute.get_server_console_output(server.id)['output']
    assert re.search(f'this is server {server.id}; .* config drive', said)


def test_it_comes_up(life):
    found = life.tenant.well(life.id)
    assert found.operating_status == 'HEALTHY'
    assert {one['type'] for one in found.addresses} == {'private', 'public'}


def test_a_client_connects_by_the_floating_address(life):
    life.query('CREATE TABLE notes (said TEXT)')
    life.query("INSERT INTO notes VALUES ('hello')")
    assert life.query('SELECT said FROM notes') == (('hello',),)


def test_its_server_has_a_card_for_the_tenant_and_one_for_the_management(
        life, owner, operator):
    found = operator.trove.mgmt_instances.show(life.id)
    ports = owner.cloud.network.ports(life.id)
    assert len(ports) == 2
    networks = {port.network_id for port in owner.admin.network.ports(
        device_id=found.server_id)}
    assert life.tenant.network() in networks and len(networks) == 2


def test_databases_and_users_are_made_in_it(life):
    trove, password = life.tenant.trove, secrets.token_urlsafe(12)
    trove.databases.create(life.id, [{'name': 'more'}])
    trove.users.create(life.id, [{'name': 'ann', 'password': password,
                                  'databases': [{'name': 'more'}]}])
    assert 'more' in {one.name for one in trove.databases.list(life.id)}
    assert life.query('SELECT 1', 'ann', password, 'more') == ((1,),)
    trove.users.delete(life.id, 'ann')
    with pytest.raises(pymysql.err.OperationalError):
        life.query('SELECT 1', 'ann', password, 'more')


def test_a_configuration_group_is_attached(life):
    trove = life.tenant.trove
    group = trove.configurations.create(
        'real', '{"max_connections": 77}', datastore='mariadb',
        datastore_version='10.11')
    trove.instances.update(life.id, configuration=group.id)
    life.tenant.well(life.id)
    assert life.query('SELECT @@max_connections') == ((77,),)
    trove.instances.update(life.id, remove_configuration=True)
    life.tenant.well(life.id)
    trove.configurations.delete(group.id)


def test_it_restarts(life):
    life.tenant.trove.instances.restart(life.id)
    life.tenant.well(life.id)
    assert life.query('SELECT said FROM notes') == (('hello',),)


def test_it_serves_a_certificate_of_the_key_manager(life, tmp_path):
    keeper = tls.Keeper(life.tenant)
    try:
        encryption = tls.Tls(life, keeper, tmp_path)
        refs = encryption.bundle()
        encryption.change(enable=True, mode='enforced', **refs)
        assert keeper.consumers(refs['container_ref']) == [life.id]
        [[_, cipher]] = life.query("SHOW STATUS LIKE 'Ssl_cipher'",
                                   ssl=encryption.verified)
        assert cipher
        with pytest.raises(pymysql.err.OperationalError):
            life.query('SELECT 1')
        encryption.change(disable=True)
        assert life.query('SELECT 1') == ((1,),)
        assert keeper.consumers(refs['container_ref']) == []
    finally:
        keeper.close()


def test_its_log_comes_into_its_tenants_object_store(life):
    trove, store = life.tenant.trove, life.tenant.cloud.object_store
    had = {one.name for one in store.containers()}
    trove.instances.log_action(life.id, 'general', enable=True)
    assert life.query("SELECT 'a word for the log'")
    log = tenant_module.until(
        lambda: _published(trove, life.id), SOON_S, 'nothing published')

    def objects():
        return list(store.objects(log.container, prefix=log.prefix))

    assert b'a word for the log' in b''.join(
        store.download_object(one.name, container=log.container)
        for one in objects())
    trove.instances.log_action(life.id, 'general', disable=True)
    trove.instances.log_action(life.id, 'general', discard=True)
    assert objects() == []
    if log.container not in had:
        store.delete_container(log.container)


def _published(trove, instance_id):
    log = trove.instances.log_action(instance_id, 'general', publish=True)
    return log if log.published else None


def test_its_volume_grows(life):
    life.tenant.trove.instances.resize_volume(life.id, 2)
    found = life.tenant.well(life.id)
    assert found.volume['size'] == 2
    assert life.query('SELECT said FROM notes') == (('hello',),)


def test_its_flavor_changes(life):
    larger = life.tenant.larger_flavor()
    life.tenant.trove.instances.resize_instance(life.id, larger)
    found = life.tenant.well(life.id)
    assert str(found.flavor['id']) == larger
    assert life.query('SELECT said FROM notes') == (('hello',),)


def test_it_is_rebuilt_around_its_volume(life, operator, owner):
    image = next(owner.admin.image.images(name='mariadb-10.11',
                                          status='active'))
    operator.trove.mgmt_instances.rebuild(life.id, image.id)
    life.tenant.well(life.id)
    assert life.query('SELECT said FROM notes') == (('hello',),)


def test_it_goes_with_all_it_had(life, owner):
    life.tenant.remove(life.id)
    assert owner.cloud.compute.find(life.id) == []
    assert owner.cloud.volumes.find(life.id) == []
    assert owner.cloud.network.ports(life.id) == []
