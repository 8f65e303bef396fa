# SPDX-License-Identifier: Apache-2.0
"""A tenant asks for a database, connects to it, and gives it back."""

import json
import subprocess

import pymysql
import pytest
from troveclient.apiclient import exceptions

from stack.inside import tenant as tenant_module


def test_a_tenant_creates_uses_and_deletes_a_database(
        tenant, stranger, instances, password):
    asked = instances.create('first', password)
    assert asked.status == 'BUILD'
    instance = tenant.wait(asked.id)
    assert (instance.status, instance.operating_status) == (
        'ACTIVE', 'HEALTHY')
    host = tenant_module.address(instance)

    tenant_module.query(host, 'app', password, 'shop',
                        'CREATE TABLE t (word VARCHAR(20)) ENGINE=InnoDB')
    tenant_module.query(host, 'app', password, 'shop',
                        "INSERT INTO t VALUES ('hello')")
    assert tenant_module.query(
        host, 'app', password, 'shop', 'SELECT word FROM t') == (('hello',),)

    assert asked.id in {one.id for one in tenant.trove.instances.list()}
    assert stranger.trove.instances.list() == []
    with pytest.raises(exceptions.NotFound):
        stranger.trove.instances.get(asked.id)

    tenant.trove.instances.delete(asked.id)
    tenant.wait_gone(asked.id)
    with pytest.raises(pymysql.MySQLError):
        tenant_module.query(host, 'app', password, 'shop')


def test_nobody_else_gets_into_the_database(tenant, instances, password):
    asked = instances.create('closed', password)
    host = tenant_module.address(tenant.wait(asked.id))
    for user, secret in (('app', 'wrong'), ('root', ''), ('', ''),
                         ('os_admin', '')):
        with pytest.raises(pymysql.MySQLError):
            tenant_module.query(host, user, secret, None)
    with pytest.raises(pymysql.MySQLError):
        tenant_module.query(host, 'app', password, 'mysql',
                            'SELECT * FROM global_priv')


def test_an_instance_is_deleted_while_it_is_being_built(
        tenant, instances, password):
    asked = instances.create('short-lived', password)
    tenant.trove.instances.delete(asked.id)
    tenant.wait_gone(asked.id)


def test_the_stock_command_line_does_the_main_job(tenant, instances,
                                                  password):
    made = _openstack(
        'database', 'instance', 'create', 'by-hand', '--flavor', 'db.small',
        '--size', '1', '--nic', f'net-id={tenant.network()}',
        '--datastore', 'mariadb', '--datastore-version', '10.11',
        '--databases', 'shop')
    instances.adopt(made['id'])
    tenant.wait(made['id'])
    shown = _openstack('database', 'instance', 'show', 'by-hand')
    assert (shown['status'], shown['volume']) == ('ACTIVE', 1)
    listed = _openstack('database', 'instance', 'list')
    assert 'by-hand' in {row['Name'] for row in listed}
    subprocess.run(['openstack', 'database', 'instance', 'delete',
                    'by-hand'], check=True)
    tenant.wait_gone(made['id'])


@pytest.mark.parametrize('words', [
    ('datastore', 'list'), ('datastore', 'show', 'mariadb'),
    ('datastore', 'version', 'list', 'mariadb'),
    ('database', 'flavor', 'list'), ('server', 'list'), ('volume', 'list'),
    ('image', 'list'), ('network', 'list')], ids=' '.join)
def test_the_stock_command_line_answers(words):
    assert _openstack(*words) is not None


def _openstack(*words):
    done = subprocess.run(['openstack', *words, '-f', 'json'], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
