# SPDX-License-Identifier: Apache-2.0
"""Servers, through Nova."""

import contextlib

from keystoneauth1 import exceptions as ksa_errors
from novaclient import client
from novaclient import exceptions as nova_errors
from novaclient.v2 import servers as nova_servers

from trove.cloud import errors
from trove.cloud import marks
from trove.cloud import microversions
from trove.cloud import ports
from trove.cloud import resources
from trove.objects import orphan

#: Every server of ours carries this tag; listing asks for it.
OURS = 'trove_instance'
#: A rebuild takes user data from here on.
LEAST = '2.57'
#: What an action failed with is told from here on.
_TELLS_WHY = '2.84'


class NovaCompute(ports.Compute):
    """Servers are recognised by tags and metadata set as they are made."""

    def __init__(self, session, endpoint, version=LEAST, config_drive=True):
        self._session = session
        self._endpoint = endpoint
        self._version = version
        self._clients = {}
        self._config_drive = config_drive

    @property
    def _nova(self):
        return self._speaking(self._version)

    def _speaking(self, version):
        # Asks what it speaks when first used: never while we start.
        if version not in self._clients:
            where = dict(self._endpoint)
            where['endpoint_type'] = where.pop('interface')
            self._clients[version] = client.Client(
                microversions.agree('Nova', self._session, self._endpoint,
                                    version, LEAST),
                session=self._session, **where)
        return self._clients[version]

    def flavors(self):
        """All flavors that tenants may use."""
        with translated():
            return [_flavor(found) for found in self._nova.flavors.list()]

    def flavor(self, flavor_id):
        """One flavor, or NotFound."""
        with translated():
            return _flavor(self._nova.flavors.get(flavor_id))

    def zones(self):
        """Names of the availability zones that are up."""
        with translated():
            return [zone.zoneName for zone in
                    self._nova.availability_zones.list(detailed=False)
                    if zone.zoneState.get('available')]

    def boot(self, order):
        """Ask for a server, unless one of this operation is there."""
        for server in self.find(order.instance_id):
            if (server.metadata.get('trove_operation_id')
                    == order.operation_id):
                return server
        metadata = {'trove_project_id': order.project_id,
                    'trove_instance_id': order.instance_id,
                    'trove_operation_id': order.operation_id}
        with translated():
            made = self._nova.servers.create(
                order.name, order.image_id, order.flavor_id,
                meta=metadata, nics=[{'port-id': port_id}
                                     for port_id in order.port_ids],
                block_device_mapping_v2=_devices(order),
                userdata=order.user_data, config_drive=self._config_drive,
                availability_zone=order.availability_zone,
                scheduler_hints=_hints(order), key_name=order.key_name,
                tags=[OURS, _mark(order.instance_id), *order.tags])
        return resources.Server(id=made.id, name=order.name, status='BUILD',
                                metadata=metadata)

    def find(self, instance_id):
        """Servers whose metadata names the instance, any operation."""
        with translated():
            found = self._nova.servers.list(
                search_opts={'tags': _mark(instance_id)})
        # A cloud may ignore a filter it does not know: look for ourselves.
        return [_server(server) for server in found
                if server.metadata.get('trove_instance_id') == instance_id]

    def show(self, server_id):
        """The server now, or NotFound."""
        with translated():
            return _server(self._nova.servers.get(server_id))

    def last_failure(self, server_id):
        """What the newest action on the server failed with, or None."""
        with translated():
            actions = self._speaking(_TELLS_WHY).instance_action
            newest = max(actions.list(server_id), default=None,
                         key=lambda action: action.start_time)
            if newest is None or newest.message != 'Error':
                return None
            return _reason(actions.get(server_id, newest.request_id))

    def statuses(self):
        """Status by server id of every server of ours, page by page."""
        with translated():
            found = self._nova.servers.list(search_opts={'tags': OURS},
                                            limit=-1)
        return {server.id: server.status for server in found}

    def mark(self, server_id, instance_id, tags):
        """Add what `boot` gives a server; adding it again is harmless."""
        # What listing asks for comes last: a server that bears it has all.
        with translated():
            for tag in (_mark(instance_id), *tags, OURS):
                self._nova.servers.add_tag(server_id, tag)

    def owned(self):
        """Every server and server group that bears our mark."""
        with translated():
            servers = self._nova.servers.list(search_opts={'tags': OURS},
                                              limit=-1)
            return [*_marked_servers(servers),
                    *_marked_groups(self._all_groups())]

    def _all_groups(self):
        """Page by page; a cloud that knows no pages gives all at once."""
        found = {}
        while True:
            page = self._nova.server_groups.list(offset=len(found))
            fresh = {one.id: one for one in page if one.id not in found}
            if not fresh:
                return found.values()
            found.update(fresh)

    def delete(self, server_id):
        """Ask for its end."""
        with translated(), contextlib.suppress(nova_errors.NotFound):
            self._nova.servers.delete(server_id)

    def reboot(self, server_id, hard=False):
        """Ask it to boot anew."""
        with translated():
            self._nova.servers.reboot(
                server_id, nova_servers.REBOOT_HARD if hard
                else nova_servers.REBOOT_SOFT)

    def resize(self, server_id, flavor_id):
        """Ask for another flavor."""
        with translated():
            self._nova.servers.resize(server_id, flavor_id)

    def migrate(self, server_id, host=None):
        """Ask for another host."""
        with translated():
            self._nova.servers.migrate(server_id, host=host)

    def rebuild(self, server_id, order):
        """Ask for a new root disk; the rest stays."""
        with translated():
            self._nova.servers.rebuild(
                server_id, order.image_id, meta=order.metadata,
                userdata=order.user_data)

    def confirm_resize(self, server_id):
        """Begin to give up what it was before.

        Nova confirms in its own time. Until then the server's status stays
        as it was, and another request is answered with 400: there is no
        resize any more that waits to be confirmed.
        """
        with translated():
            try:
                self._nova.servers.confirm_resize(server_id)
            except nova_errors.BadRequest:
                server = self._nova.servers.get(server_id)
                if server.status != 'VERIFY_RESIZE':
                    raise

    def revert_resize(self, server_id):
        """Go back to what it was before."""
        with translated():
            self._nova.servers.revert_resize(server_id)

    def create_group(self, name, policy):
        """Id of a server group of that name and policy."""
        with translated():
            for group in self._nova.server_groups.list():
                if group.name == name:
                    return group.id
            return self._nova.server_groups.create(name, policy).id

    def delete_group(self, group_id):
        """Remove a server group."""
        with translated(), contextlib.suppress(nova_errors.NotFound):
            self._nova.server_groups.delete(group_id)


@contextlib.contextmanager
def translated():
    """Nova's errors end here."""
    try:
        yield
    except nova_errors.ClientException as error:
        raise errors.of_status('Nova', error.code, error.message) from error
    except ksa_errors.HttpError as error:
        raise errors.of_status('Nova', error.http_status,
                               error.message) from error
    except ksa_errors.ClientException as error:
        raise errors.no_answer('Nova', error) from error


def _marked_servers(servers):
    for server in servers:
        instance_id = server.metadata.get('trove_instance_id')
        if instance_id:
            yield orphan.Thing(
                kind='server', external_id=server.id,
                instance_id=instance_id,
                created=marks.moment(server.created))


def _marked_groups(groups):
    for group in groups:
        instance_id = marks.grouped(group.name)
        if instance_id:
            yield orphan.Thing(kind='server_group', external_id=group.id,
                               instance_id=instance_id)


def _reason(action):
    """Why an action failed: the words of its last event that did."""
    failed = [event for event in action.events or ()
              if event.get('result') == 'Error']
    last = max(failed, default={},
               key=lambda event: event.get('finish_time') or '')
    words = last.get('details') or 'its %s ended in an error%s' % (
        action.action, last and ' at ' + last['event'])
    return ' '.join(words.split())[:500]


def _mark(instance_id):
    return 'trove_instance_id_' + instance_id


def _devices(order):
    """The data volume; novaclient names the root disk beside it."""
    if not order.volume_id:
        return None
    return [
        {'boot_index': -1, 'uuid': order.volume_id, 'source_type': 'volume',
         'destination_type': 'volume', 'delete_on_termination': False}]


def _hints(order):
    return ({'group': order.server_group_id} if order.server_group_id
            else None)


def _flavor(found):
    return resources.Flavor(
        id=found.id, name=found.name, ram_mb=found.ram, vcpus=found.vcpus,
        disk_gb=found.disk,
        ephemeral_gb=getattr(found, 'OS-FLV-EXT-DATA:ephemeral', 0))


def _server(found):
    fault = getattr(found, 'fault', None) or {}
    flavor = getattr(found, 'flavor', None) or {}
    image = getattr(found, 'image', None) or {}
    return resources.Server(
        id=found.id, name=found.name, status=found.status,
        fault=fault.get('message'),
        host=getattr(found, 'OS-EXT-SRV-ATTR:host', None),
        flavor_id=flavor.get('id'),
        flavor_name=flavor.get('original_name'),
        image_id=image.get('id'), metadata=dict(found.metadata))
