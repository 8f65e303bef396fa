# SPDX-License-Identifier: Apache-2.0
"""A tenant's clients, out of OS_CLOUD, and waiting as a tenant waits."""

import threading
import time

import openstack
import pymysql
from troveclient.apiclient import exceptions
from troveclient.v1 import client

DATASTORE = 'mariadb'
VERSION = '10.11'
ENDED = ('ACTIVE', 'HEALTHY', 'ERROR', 'FAILED')


class Timeout(Exception):
    """Something did not come true before its deadline."""


class Tenant:
    """Who OS_CLOUD (or the name given) says."""

    def __init__(self, cloud=None):
        self.cloud = openstack.connect(cloud=cloud)
        self.trove = client.Client(
            session=self.cloud.session, service_type='database',
            endpoint_type='publicURL')

    def network(self, name='private'):
        """The id of a network."""
        return self.cloud.network.find_network(
            name, ignore_missing=False).id

    def flavor(self, name='db.small'):
        """The id of a flavor."""
        for flavor in self.trove.flavors.list():
            if flavor.name == name:
                return flavor.str_id
        raise LookupError(f'There is no flavor {name}.')

    def find(self, name):
        """The instance of that name, or None."""
        for instance in self.trove.instances.list():
            if instance.name == name:
                return instance
        return None

    def create(self, name, user, password, database='shop', **more):
        """Ask for a MariaDB with one database and one user."""
        return self.trove.instances.create(
            name, **{
                'flavor_id': self.flavor(), 'volume': {'size': 1},
                'databases': [{'name': database}],
                'users': [{'name': user, 'password': password,
                           'databases': [{'name': database}]}],
                'datastore': DATASTORE, 'datastore_version': VERSION,
                'nics': [{'net-id': self.network()}], **more})

    def wait(self, instance_id, timeout_s=300, tell=lambda state: None):
        """Until the instance is ready or has failed; the instance."""
        last = None

        def ended():
            nonlocal last
            instance = self.trove.instances.get(instance_id)
            if state(instance) != last:
                last = state(instance)
                tell(last)
            healthy = getattr(instance, 'operating_status', 'HEALTHY')
            done = (instance.status in ('ERROR', 'FAILED')
                    or instance.status in ENDED and healthy == 'HEALTHY')
            return instance if done else None
        return until(ended, timeout_s, f'Instance {instance_id} is not '
                     f'ready after {timeout_s} s.', poll_s=0.2)

    def wait_gone(self, instance_id, timeout_s=120):
        """Until nobody knows the instance any more."""
        def gone():
            try:
                self.trove.instances.get(instance_id)
            except exceptions.NotFound:
                return True
            return False
        until(gone, timeout_s,
              f'Instance {instance_id} is still there after {timeout_s} s.')


def state(instance):
    """The status and what the engine says, in a word or two."""
    operating = getattr(instance, 'operating_status', '')
    return f'{instance.status} {operating}'.strip()


def address(instance):
    """The address that clients connect to, or None while there is none."""
    for entry in getattr(instance, 'addresses', None) or []:
        if entry['address'].count('.') == 3:
            return entry['address']
    found = getattr(instance, 'ip', None) or [None]
    return found[0]


def query(host, user, password, database, sql='SELECT 1', timeout_s=2,
          ssl=None):
    """The rows; pymysql.MySQLError while it cannot be."""
    connection = pymysql.connect(
        host=host, user=user, password=password, database=database,
        connect_timeout=timeout_s, read_timeout=timeout_s, autocommit=True,
        ssl=ssl, ssl_disabled=not ssl)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def until(check, timeout_s, sentence, poll_s=0.25):
    """What ``check`` gives once it is true; Timeout at the deadline."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Timeout(sentence)
        pause.wait(poll_s)
