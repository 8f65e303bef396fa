# SPDX-License-Identifier: Apache-2.0
"""Servers: the promises kept. Every job can run twice."""
import os

from localcloud import clock
from localcloud import jobs
from localcloud.compute import disks
from localcloud.compute import history
from localcloud.compute import machines
from localcloud.network import firewall
from localcloud.network import ports
from localcloud.volume import work as volume_work

SOFT_STOP_S = 60.0
NO_HOST = 'No valid host was found. There are not enough hosts available.'


def change(cloud, server_id, **changes):
    """Record a change, unless the server is being deleted."""
    with cloud.store.transaction():
        doc = cloud.store.get('server', server_id)
        if doc is None:
            return None
        if doc['task_state'] == 'deleting':
            changes.pop('task_state', None)
        elif 'task_state' in changes:
            history.end(cloud.store, server_id)
        return cloud.store.update('server', server_id,
                                  updated_at=clock.now(), **changes)


def failed(cloud, server_id, message, **args):
    """The server ends in ERROR, with the reason."""
    with cloud.store.transaction():
        doc = cloud.store.get('server', server_id)
        if doc is not None:
            cloud.store.update(
                'server', server_id, vm_state='error',
                task_state=('deleting' if doc['task_state'] == 'deleting'
                            else None),
                updated_at=clock.now(), fault=fault(message))
            history.end(cloud.store, server_id, message)


def fault(message):
    """A fault as the API shows it."""
    return {'code': 500, 'message': message,
            'created': clock.seconds(clock.now()), 'details': message}


def delete_failed(cloud, server_id, message, **args):
    """The server stays, in ERROR; it can be deleted again."""
    cloud.store.update('server', server_id, vm_state='error',
                       task_state=None, updated_at=clock.now(),
                       fault=fault(message))
    history.end(cloud.store, server_id, message)


def _current(cloud, server_id, *tasks):
    """The document, if it still waits for one of these tasks."""
    doc = cloud.store.get('server', server_id)
    return doc if doc and doc['task_state'] in tasks else None


@jobs.job('server.boot', failed=failed)
def boot(cloud, server_id):
    """Run a new server."""
    doc = _current(cloud, server_id, 'spawning')
    if doc is None:
        return
    if not _has_room(doc['flavor']):
        failed(cloud, server_id, NO_HOST)
        return
    for entry in doc['volumes']:
        _make_blank(cloud, entry['volume_id'])
    doc = cloud.store.update('server', server_id, layers=machines.layers(
        cloud, doc['image_id']))
    run(cloud, doc)
    change(cloud, server_id, vm_state='active', task_state=None,
           launched_at=clock.now())


def _make_blank(cloud, volume_id):
    """A blank volume may still be in the making: make it here."""
    with cloud.jobs.locks.hold(volume_id):
        volume_work.create(cloud, volume_id)


def run(cloud, doc):
    """Start a server's machine; its ports and volumes are in use."""
    cloud.host.start_machine(machines.spec(cloud, doc))
    _plugged(cloud, doc)


def _has_room(flavor):
    """Whether this machine could ever hold it; its memory is shared."""
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    return flavor['ram'] << 20 <= memory


def _plugged(cloud, doc):
    with cloud.store.transaction():
        groups = set()
        for port in machines.ports_of(cloud.store, doc):
            if port['status'] != 'ACTIVE':
                cloud.store.update('port', port['id'], status='ACTIVE')
                # rules may have changed since the machine was told them
                firewall.port_changed(cloud, port['id'])
                groups.update(port['security_groups'])
        for entry in doc['volumes']:
            disks.attached(cloud.store, doc['id'], entry)
        firewall.members_changed(cloud, groups)


def _unplugged(cloud, doc):
    with cloud.store.transaction():
        for port in machines.ports_of(cloud.store, doc):
            cloud.store.update('port', port['id'], status='DOWN')


@jobs.job('server.delete', failed=delete_failed)
def delete(cloud, server_id):
    """Remove the machine; free or remove what it had."""
    doc = cloud.store.get('server', server_id)
    if doc is None:
        return
    cloud.host.delete_machine(server_id)
    with cloud.store.transaction():
        for port in machines.ports_of(cloud.store, doc):
            if port['id'] in doc['made_ports']:
                ports.forget(cloud, port)
            else:
                ports.unbind(cloud.store, port['id'])
        for entry in doc['volumes']:
            disks.release(cloud, entry)
        group = doc['group_id'] and cloud.store.get(
            'server_group', doc['group_id'])
        if group:
            cloud.store.update('server_group', group['id'], members=[
                m for m in group['members'] if m != server_id])
        history.forget(cloud.store, server_id)
        cloud.store.delete('server', server_id)


@jobs.job('server.start', failed=failed)
def start(cloud, server_id):
    """Run a stopped server again."""
    doc = _current(cloud, server_id, 'powering-on')
    if doc:
        run(cloud, doc)
        change(cloud, server_id, vm_state='active', task_state=None)


@jobs.job('server.stop', failed=failed)
def stop(cloud, server_id):
    """Shut a server down, by force if it takes too long."""
    doc = _current(cloud, server_id, 'powering-off')
    if doc:
        cloud.host.stop_machine(server_id, False, SOFT_STOP_S)
        _unplugged(cloud, doc)
        change(cloud, server_id, vm_state='stopped', task_state=None)


@jobs.job('server.reboot', failed=failed)
def reboot(cloud, server_id, hard):
    """Start a server anew; hard also when it is down."""
    doc = _current(cloud, server_id, 'rebooting', 'rebooting_hard')
    if doc is None:
        return
    if cloud.host.machine_state(server_id) == 'running':
        cloud.host.reboot_machine(server_id, hard)
    else:
        run(cloud, doc)
    change(cloud, server_id, vm_state='active', task_state=None, fault=None)


@jobs.job('server.resize', failed=failed)
def resize(cloud, server_id, flavor):
    """Give a server another flavor; it waits to be confirmed.

    Where there is no room it stays as it is, as with Nova: only the record
    of what was asked tells why.
    """
    doc = _current(cloud, server_id, 'resize_migrating')
    if doc and not _has_room(flavor):
        with cloud.store.transaction():
            history.end(cloud.store, server_id, NO_HOST)
            change(cloud, server_id, vm_state=doc['was'], task_state=None)
    elif doc:
        _reshape(cloud, doc, flavor)
        change(cloud, server_id, vm_state='resized', task_state=None,
               flavor=flavor, old_flavor=doc['old_flavor'] or doc['flavor'])


@jobs.job('server.confirm', failed=failed)
def confirm(cloud, server_id):
    """The server stays as it is now."""
    doc = cloud.store.get('server', server_id)
    if doc and doc.get('confirming'):
        change(cloud, server_id, vm_state=doc['was'], task_state=None,
               old_flavor=None, confirming=False)


@jobs.job('server.revert', failed=failed)
def revert(cloud, server_id):
    """Give a server its old flavor back."""
    doc = _current(cloud, server_id, 'resize_reverting')
    if doc:
        _reshape(cloud, doc, doc['old_flavor'])
        change(cloud, server_id, vm_state=doc['was'], task_state=None,
               flavor=doc['old_flavor'], old_flavor=None)


def _reshape(cloud, doc, flavor):
    """Stop, resize, start: as a real resize does to the guest."""
    cloud.host.stop_machine(doc['id'], False, SOFT_STOP_S)
    cloud.host.resize_machine(doc['id'], flavor['ram'], flavor['vcpus'])
    if doc['was'] == 'active':
        run(cloud, dict(doc, flavor=flavor))


@jobs.job('server.rebuild', failed=failed)
def rebuild(cloud, server_id):
    """A fresh root from the image; ports and volumes stay."""
    doc = _current(cloud, server_id, 'rebuilding')
    if doc is None:
        return
    layers = machines.layers(cloud, doc['image_id'])
    cloud.host.delete_machine(server_id)
    doc = cloud.store.update('server', server_id, layers=layers)
    if doc['was'] != 'stopped':
        run(cloud, doc)
    else:
        _unplugged(cloud, doc)
    change(cloud, server_id, task_state=None, fault=None,
           launched_at=clock.now(),
           vm_state='stopped' if doc['was'] == 'stopped' else 'active')
