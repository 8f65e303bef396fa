# SPDX-License-Identifier: Apache-2.0
"""Bodies of /backups and /backup_strategies."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.common import exception
from trove.operations import backups

_SAFE = '[A-Za-z0-9_@%+=:,.-]*'

#: Nothing that a shell or a URL would read in a way of its own.
_CONTAINER = {
    'type': 'string', 'minLength': 1, 'maxLength': 255,
    'pattern': '^%s[A-Za-z0-9]%s$' % (_SAFE, _SAFE),
    'message': 'must be a name of letters, digits and _@%+=:,.-'}

CREATE = validation.body(common.obj({'backup': common.obj({
    'name': common.NAME,
    'instance': common.UUID,
    'description': {'type': ['string', 'null'], 'maxLength': 255},
    'parent_id': common.UUID_OR_NULL,
    'incremental': common.FLAG,
    'swift_container': _CONTAINER,
    'storage_driver': common.NAME,
    'restore_from': common.obj({
        'remote_location': common.NAME,
        'local_datastore_version_id': common.UUID,
        'size': {'type': 'number', 'minimum': 0, 'maximum': 2 ** 31}},
        ['remote_location', 'local_datastore_version_id', 'size']),
}, ['name'])}, ['backup']))

STRATEGY = validation.body(common.obj({'backup_strategy': common.obj({
    'swift_container': _CONTAINER,
    'instance_id': common.UUID_OR_NULL,
}, ['swift_container'], closed=True)}, ['backup_strategy']))


def wish(body):
    """What a request asks for; the body passed `CREATE`."""
    asked = body['backup']
    source = asked.get('restore_from') or {}
    if not source and 'instance' not in asked:
        raise exception.BadRequest(
            'backup: name an instance, or restore_from for one that was '
            'taken elsewhere')
    return backups.Wish(
        name=asked['name'],
        instance_id=None if source else asked['instance'],
        parent_id=asked.get('parent_id'),
        storage_driver=asked.get('storage_driver'),
        location=source.get('remote_location'),
        version_id=source.get('local_datastore_version_id'))
