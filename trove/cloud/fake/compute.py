# SPDX-License-Identifier: Apache-2.0
"""Servers in memory."""

import dataclasses
import threading
import uuid

from trove.cloud import marks
from trove.cloud import ports
from trove.cloud import resources
from trove.cloud.fake import faults
from trove.cloud.fake import times
from trove.common import exception
from trove.objects import orphan

FLAVORS = (
    resources.Flavor(id='1', name='db.small', ram_mb=512, vcpus=1,
                     disk_gb=5),
    resources.Flavor(id='2', name='db.medium', ram_mb=2048, vcpus=2,
                     disk_gb=5),
)


class FakeCompute(ports.Compute):
    """Servers become active, or gone, after ``looks`` looks at them."""

    service = 'compute'

    def __init__(self, switch, volumes, network):
        self.faults = switch
        self.lock = threading.RLock()
        self.servers = {}
        self.orders = {}
        self.groups = {}
        self.created = {}
        self.tags = {}                  # given by `mark`
        self.looks = 1
        self.outcome = 'ACTIVE'         # of the next boots
        self.fault = 'No valid host was found.'
        self.on_active = []             # callables (server, order)
        self.rebuilt = 'ACTIVE'         # how the next rebuilds end
        self.user_data = {}
        self.resized = 'VERIFY_RESIZE'  # how the next resizes end
        self.failures = {}              # server id -> of its newest action
        self.full = False               # whether no host is free
        self._before = {}
        self._then = {}
        self._confirmed = set()
        self._volumes = volumes
        self._network = network
        self._left = {}

    @faults.breakable
    def flavors(self):
        """All flavors."""
        return list(FLAVORS)

    @faults.breakable
    def flavor(self, flavor_id):
        """One flavor, or NotFound."""
        return _flavor(flavor_id)

    @faults.breakable
    def zones(self):
        """The only zone."""
        return ['nova']

    @faults.breakable
    def boot(self, order):
        """Begin to build a server, unless the operation has one."""
        for server in self._of(order.instance_id):
            if (server.metadata['trove_operation_id']
                    == order.operation_id):
                return server
        if order.flavor_id not in {flavor.id for flavor in FLAVORS}:
            raise ports.CloudRefused(
                service='Fake cloud',
                reason='there is no flavor %s' % order.flavor_id)
        server = resources.Server(
            id=str(uuid.uuid4()), name=order.name, status='BUILD',
            flavor_id=order.flavor_id,
            flavor_name=_flavor(order.flavor_id).name,
            image_id=order.image_id, metadata={
                'trove_project_id': order.project_id,
                'trove_instance_id': order.instance_id,
                'trove_operation_id': order.operation_id})
        self.servers[server.id] = server
        self.orders[server.id] = order
        self.created[server.id] = times.now()
        self._left[server.id] = self.looks
        if order.volume_id:
            self._volumes.attach(order.volume_id)
        return server

    @faults.breakable
    def find(self, instance_id):
        """Servers whose metadata names the instance."""
        return self._of(instance_id)

    @faults.breakable
    def show(self, server_id):
        """The server now; looking lets time pass."""
        if server_id not in self.servers:
            raise exception.NotFound(kind='Server', id=server_id)
        self._left[server_id] -= 1
        if self._left[server_id] < 0:
            self._settle(server_id)
        if server_id not in self.servers:
            raise exception.NotFound(kind='Server', id=server_id)
        return self.servers[server_id]

    @faults.breakable
    def last_failure(self, server_id):
        """What the newest action on it failed with, or None."""
        return self.failures.get(server_id)

    @faults.breakable
    def statuses(self):
        """Status by id of every server."""
        return {server.id: server.status for server in self.servers.values()}

    @faults.breakable
    def mark(self, server_id, instance_id, tags):
        """Note the tags of a server."""
        if server_id not in self.servers:
            raise exception.NotFound(kind='Server', id=server_id)
        self.tags.setdefault(server_id, set()).update((instance_id, *tags))

    @faults.breakable
    def owned(self):
        """Every server and server group that bears our mark."""
        return [orphan.Thing(
            kind='server', external_id=server.id,
            instance_id=server.metadata['trove_instance_id'],
            created=self.created[server.id])
            for server in self.servers.values()] + [orphan.Thing(
                kind='server_group', external_id=group_id,
                instance_id=marks.grouped(name))
                for group_id, (name, _) in self.groups.items()
                if marks.grouped(name)]

    @faults.breakable
    def delete(self, server_id):
        """Begin to remove a server."""
        if server_id in self.servers:
            self._set(server_id, status='DELETING')
            self._left[server_id] = self.looks

    @faults.breakable
    def reboot(self, server_id, hard=False):
        """Begin to boot a server anew."""
        self._need(server_id, *(('ACTIVE', 'ERROR', 'SHUTOFF') if hard
                                else ('ACTIVE',)))
        self._begin(server_id, 'HARD_REBOOT' if hard else 'REBOOT')

    @faults.breakable
    def resize(self, server_id, flavor_id):
        """Begin to give a server another flavor."""
        self._need(server_id, 'ACTIVE')
        if _flavor(flavor_id).name == self.servers[server_id].flavor_name:
            raise ports.CloudRefused(service='Fake cloud',
                                     reason='it has that flavor')
        self._before[server_id] = self.servers[server_id]
        self._then[server_id] = _flavor(flavor_id)
        self._begin(server_id, 'RESIZE')

    @faults.breakable
    def migrate(self, server_id, host=None):
        """Begin to move a server."""
        self._need(server_id, 'ACTIVE')
        if self.full:
            raise ports.CloudRefused(service='Fake cloud',
                                     reason='No valid host was found.')
        self._before[server_id] = self.servers[server_id]
        self._then[server_id] = _flavor(self.servers[server_id].flavor_id)
        self._begin(server_id, 'RESIZE')

    @faults.breakable
    def rebuild(self, server_id, order):
        """Begin to make it anew."""
        self._need(server_id, 'ACTIVE', 'SHUTOFF', 'ERROR')
        self._begin(server_id, 'REBUILD')
        self._set(server_id, image_id=order.image_id, fault=None,
                  metadata=dict(order.metadata))
        self.user_data[server_id] = order.user_data

    @faults.breakable
    def confirm_resize(self, server_id):
        """The server stays as it is now; its status is slow to tell."""
        self._need(server_id, 'VERIFY_RESIZE')
        if server_id not in self._confirmed:
            self._confirmed.add(server_id)
            self._begin(server_id, 'VERIFY_RESIZE')

    @faults.breakable
    def revert_resize(self, server_id):
        """Begin to go back."""
        self._need(server_id, 'VERIFY_RESIZE')
        if server_id in self._confirmed:
            raise ports.CloudRefused(
                service='Fake cloud',
                reason='Instance has not been resized.')
        self._begin(server_id, 'REVERT_RESIZE')

    @faults.breakable
    def create_group(self, name, policy):
        """Id of a server group of that name."""
        for group_id, present in self.groups.items():
            if present == (name, policy):
                return group_id
        group_id = str(uuid.uuid4())
        self.groups[group_id] = (name, policy)
        return group_id

    @faults.breakable
    def delete_group(self, group_id):
        """Remove a server group."""
        self.groups.pop(group_id, None)

    def _of(self, instance_id):
        return [server for server in self.servers.values()
                if server.metadata['trove_instance_id'] == instance_id]

    def _set(self, server_id, **changes):
        self.servers[server_id] = dataclasses.replace(
            self.servers[server_id], **changes)

    def _need(self, server_id, *statuses):
        if server_id not in self.servers:
            raise exception.NotFound(kind='Server', id=server_id)
        status = self.servers[server_id].status
        if status not in statuses:
            raise ports.CloudBusy(service='Fake cloud',
                                  reason='the server is %s' % status)

    def _begin(self, server_id, status):
        self._set(server_id, status=status)
        self.failures.pop(server_id, None)
        self._left[server_id] = self.looks

    def _settle(self, server_id):
        status = self.servers[server_id].status
        order = self.orders[server_id]
        if status == 'DELETING':
            del self.servers[server_id]
            if order.volume_id:
                self._volumes.detach(order.volume_id)
        elif status in ('REBOOT', 'HARD_REBOOT'):
            self._set(server_id, status='ACTIVE', fault=None)
        elif status == 'RESIZE' and self.resized == 'VERIFY_RESIZE':
            flavor = self._then[server_id]
            self._set(server_id, status='VERIFY_RESIZE',
                      flavor_id=flavor.id, flavor_name=flavor.name)
        elif status == 'RESIZE':
            self.failures[server_id] = self.fault
            self._set(server_id, status=self.resized, fault=self.fault
                      if self.resized == 'ERROR' else None)
        elif status == 'VERIFY_RESIZE' and server_id in self._confirmed:
            self._confirmed.remove(server_id)
            self._set(server_id, status='ACTIVE')
        elif status == 'REVERT_RESIZE':
            before = self._before[server_id]
            self._set(server_id, status='ACTIVE', flavor_id=before.flavor_id,
                      flavor_name=before.flavor_name)
        elif status == 'REBUILD':
            failed = self.rebuilt == 'ERROR'
            self._set(server_id, status=self.rebuilt,
                      fault=self.fault if failed else None)
            for listener in () if failed else self.on_active:
                listener(self.servers[server_id], order)
        elif status == 'BUILD':
            failed = self.outcome == 'ERROR'
            self._set(server_id, status=self.outcome,
                      fault=self.fault if failed else None)
            for listener in () if failed else self.on_active:
                listener(self.servers[server_id], order)


def _flavor(flavor_id):
    for flavor in FLAVORS:
        if flavor.id == flavor_id:
            return flavor
    raise exception.NotFound(kind='Flavor', id=flavor_id)
