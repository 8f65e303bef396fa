# SPDX-License-Identifier: Apache-2.0
"""Bodies of /mgmt/datastore-versions."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.common import exception

_PACKED = 511

_CHANGE = {
    'name': common.NAME,
    'datastore_manager': common.NAME,
    'active': {'type': 'boolean'},
    'default': {'type': 'boolean'},
    'image': common.UUID,
    'image_tags': {'type': 'array', 'maxItems': 5, 'uniqueItems': True,
                   'items': {'type': 'string', 'minLength': 1,
                             'maxLength': 20}},
    'packages': {'type': 'array', 'uniqueItems': True,
                 'items': common.NAME},
    'registry_ext': common.NAME,
    'repl_strategy': common.NAME,
}

CREATE = validation.body(common.obj({'version': common.obj({
    **_CHANGE,
    'datastore_name': common.NAME,
    'version': common.NAME,
}, ['name', 'datastore_name', 'datastore_manager', 'active'],
    closed=True)}, ['version']))

UPDATE = validation.body(common.obj(_CHANGE, closed=True))

_FACTS = {'name': 'name', 'datastore_manager': 'manager',
          'active': 'active', 'image': 'image_id',
          'image_tags': 'image_tags', 'packages': 'packages',
          'registry_ext': 'registry_ext', 'repl_strategy': 'repl_strategy'}


def facts(asked):
    """What a body says, by the names that versions have here."""
    if len(','.join(asked.get('packages', ()))) > _PACKED:
        raise exception.BadRequest(
            'packages: must have at most %d characters together' % _PACKED)
    return {ours: asked[theirs] for theirs, ours in _FACTS.items()
            if theirs in asked}
