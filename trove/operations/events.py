# SPDX-License-Identifier: Apache-2.0
"""Events: what is told of requests and of what they cost.

Their types and payloads are wire-visible and documented; a payload says by
which version of this file it was made. Version 1.0.
"""

import datetime
import functools
import socket
import typing
import uuid

from oslo_config import cfg
from oslo_utils import netutils

from trove.common import context
from trove.objects import event
from trove.objects import instance
from trove.objects import operation
from trove.objects import quota

VERSION = '1.0'

Payload: typing.TypeAlias = dict[str, typing.Any]

def about_request(conf: cfg.ConfigOpts, ctx: context.Context, name: str,
                  phase: str, traits: Payload) -> event.Event:
    """``dbaas.<name>.<phase>`` of a request, by the API."""
    return _event(conf, 'api', 'dbaas.%s.%s' % (name, phase), {
        'tenant_id': ctx.project_id, 'client_ip': ctx.client_ip,
        'request_id': ctx.request_id, **traits})


def at_end(conf: cfg.ConfigOpts, ended: operation.Operation,
           found: instance.Instance, error: str | None = None,
           code: str | None = None) -> list[event.Event]:
    """What is told when an operation has ended, by the taskmanager.

    ``found`` is the instance afterwards. Without an ``error`` it ended as
    promised; ``code`` is the error's.
    """
    told = []
    name = _name(ended)
    if name is not None:
        traits: Payload = {'instance_id': found.id}
        if error is not None:
            traits.update(message=error, exception=code)
        told.append(_event(
            conf, 'taskmanager', 'dbaas.%s.%s' % (
                name, 'end' if error is None else 'error'), {
                    'tenant_id': ended.project_id,
                    'client_ip': ended.context.get('client_ip'),
                    'request_id': ended.context.get('request_id'),
                    **traits}))
    if error is None and ended.verb in _USAGE:
        word, more = _USAGE[ended.verb]
        told.append(_event(
            conf, 'taskmanager', 'trove.instance.' + word, {
                **_usage(conf, found, ended.context.get('user_id'),
                         ended.arguments.get('flavor')),
                **more(ended, found)}))
    return told


def exists(conf: cfg.ConfigOpts, found: instance.Instance,
           beginning: datetime.datetime, ending: datetime.datetime
           ) -> event.Event:
    """The instance was there when an audit period ended."""
    return _event(conf, 'taskmanager', 'trove.instance.exists', {
        **_usage(conf, found, None, None),
        'audit_period_beginning': _time(beginning),
        'audit_period_ending': _time(ending),
        'display_name': found.name})


def of_quota(conf: cfg.ConfigOpts, project_id: str, usage: quota.Usage,
             now: datetime.datetime) -> event.Event:
    """How much of a resource a project uses."""
    return _event(conf, 'taskmanager', 'dbaas.quota', {
        'tenant': project_id, 'resource': usage.resource,
        'in_use': usage.in_use, 'reserved': usage.reserved,
        'limit': usage.limit, 'updated': _time(now)})


def _name(ended: operation.Operation) -> str | None:
    found = OF_VERB.get(ended.verb)
    return found(ended) if callable(found) else found


def _of_configuration(ended: operation.Operation) -> str | None:
    after = ended.arguments.get('configuration_id')
    before = ended.arguments.get('undo_configuration_id')
    if after and before:
        return None     # a group was edited: told by who edited it
    return ATTACHED if after else DETACHED


def _of_tls(ended: operation.Operation) -> str | None:
    # A certificate that is renewed was asked for by nobody.
    return None if ended.arguments.get('kind') == 'renewal' else TLS_CHANGED


ATTACHED = 'instance_attach_configuration'
DETACHED = 'instance_detach_configuration'
TLS_CHANGED = 'instance_change_tls'

#: What the API calls the request behind an operation. Each verb that a
#: taskmanager knows is decided on here; None: no request is behind it.
OF_VERB: dict[str, str | None
              | typing.Callable[[operation.Operation], str | None]] = {
    'apply_configuration': _of_configuration,
    'apply_modules': 'module_reapply',
    'change_tls': _of_tls,
    'create_instance': 'instance_create',
    'delete_instance': 'instance_delete',
    'migrate_instance': 'migrate',
    'reboot_instance': 'instance_reboot',
    'rebuild_instance': 'instance_rebuild',
    'resize_flavor': 'instance_resize_instance',
    'resize_volume': 'instance_resize_volume',
    'restart_instance': 'instance_restart',
    'rotate_guest_link': None,
    'update_access': 'instance_update_access',
    'upgrade_instance': 'upgrade',
}

#: Events whose end a taskmanager tells, once something is promised.
PROMISED = frozenset({
    ATTACHED, DETACHED, TLS_CHANGED,
    *(name for name in OF_VERB.values() if isinstance(name, str))})


def _usage(conf: cfg.ConfigOpts, found: instance.Instance,
           user_id: str | None, flavor: Payload | None) -> Payload:
    """The base of all usage events."""
    body: Payload = {
        'tenant_id': found.project_id,
        'user_id': user_id,
        'instance_id': found.id,
        'instance_name': found.name,
        'name': found.name,
        'instance_size': found.ram_mb,
        'instance_type': (flavor or {}).get('name') or found.flavor_id,
        'instance_type_id': found.flavor_id,
        'created_at': _time(found.created),
        'launched_at': _time(found.created),
        'availability_zone': found.availability_zone,
        'region': found.region,
        'nova_instance_id': found.server_id,
        'service_id': conf.notification_service_id.get(
            found.manager, found.manager),
        'state': found.status.lower(),
        'state_description': found.task_text or found.task.text,
    }
    if found.volume_gb is not None:
        body['volume_size'] = found.volume_gb
        body['nova_volume_id'] = found.volume_id
    return body


def _resized(ended: operation.Operation, found: instance.Instance
             ) -> Payload:
    return {'old_instance_size': ended.arguments['old_flavor']['ram_mb'],
            'modify_at': _time(_now())}


def _grown(ended: operation.Operation, found: instance.Instance) -> Payload:
    return {'modify_at': _time(_now())}


def _deleted(ended: operation.Operation, found: instance.Instance
             ) -> Payload:
    return {'deleted_at': _time(found.deleted_at or _now())}


def _created(ended: operation.Operation, found: instance.Instance
             ) -> Payload:
    return {'launched_at': _time(_now())}


#: Verbs that change what is paid for: the event's last word, and what its
#: payload has beyond the base.
_USAGE: dict[str, tuple[str, typing.Callable[..., Payload]]] = {
    'create_instance': ('create', _created),
    'resize_flavor': ('modify_flavor', _resized),
    'resize_volume': ('modify_volume', _grown),
    'delete_instance': ('delete', _deleted),
}


def _event(conf: cfg.ConfigOpts, service: str, event_type: str,
           payload: Payload) -> event.Event:
    number = str(uuid.uuid4())
    host = conf.host or socket.gethostname()
    base: Payload = {'payload_version': VERSION, 'event_id': number,
                     'occurred_at': _time(_now())}
    if event_type.startswith('dbaas.'):
        base.update(server_type=service, server_ip=_own_address())
    return event.Event(id=number, event_type=event_type,
                       publisher='%s.%s' % (service, host),
                       payload={**base, **payload})


@functools.cache
def _own_address() -> str:
    return str(netutils.get_my_ipv4())


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def _time(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(
        timespec='seconds')
