# SPDX-License-Identifier: Apache-2.0
"""Bodies of /modules and of the modules of an instance."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.operations import instance_modules
from trove.operations import modules

_FLAG = {'enum': [0, 1, True, False]}
_FLAGS = ('auto_apply', 'visible', 'live_update', 'priority_apply')
_MORE_FLAGS = ('all_tenants', 'full_access', 'all_datastores',
               'all_datastore_versions')

_MODULE = {
    'name': common.NAME,
    'module_type': common.NAME,
    'type': common.NAME,
    'contents': {'type': 'string', 'minLength': 1,
                 'maxLength': modules.MOST_CHARACTERS},
    'description': {'type': ['string', 'null'], 'maxLength': 255},
    'datastore': common.obj({
        'type': {'type': ['string', 'null'], 'maxLength': 255},
        'version': {'type': ['string', 'null'], 'maxLength': 255}}),
    'apply_order': {'type': 'integer', 'minimum': 0, 'maximum': 9},
    **dict.fromkeys(_FLAGS + _MORE_FLAGS, _FLAG)}

CREATE = validation.body(common.obj({'module': common.obj(
    _MODULE, ['name', 'module_type', 'contents'])}, ['module']))

UPDATE = validation.body(common.obj(
    {'module': common.obj(_MODULE)}, ['module']))

APPLY = validation.body(common.obj({'modules': {
    'type': 'array', 'minItems': 1,
    'maxItems': instance_modules.MOST_AT_ONCE,
    'items': common.obj({'id': common.UUID}, ['id'])}}, ['modules']))

REAPPLY = validation.body(common.obj({'reapply': common.obj({
    'md5': {'type': ['string', 'null'], 'pattern': '^[0-9a-f]{32}$'},
    'include_clustered': _FLAG,
    'batch_size': {'type': ['integer', 'null'], 'minimum': 1,
                   'maximum': 100000},
    'batch_delay': {'type': ['integer', 'null'], 'minimum': 0,
                    'maximum': 86400},
    'force': _FLAG})}, ['reapply']))


def asked(body):
    """What a request says of a module, in our words."""
    given = dict(body['module'])
    kind = given.pop('module_type', None) or given.pop('type', None)
    given.pop('type', None)
    if kind:
        given['type'] = kind
    for name in _FLAGS + _MORE_FLAGS:
        if name in given:
            given[name] = bool(given[name])
    return given
