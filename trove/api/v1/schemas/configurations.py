# SPDX-License-Identifier: Apache-2.0
"""Bodies of configuration groups and of their parameters."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.objects import datastore
from trove.operations import parameters

#: As wide as the table's columns.
_NAME = {**common.NAME, 'maxLength': 64,
         'message': 'must be a text of 1 to 64 characters with a letter or '
                    'digit in it'}
_DESCRIPTION = {'type': ['string', 'null'], 'maxLength': 256}
_VALUES = {'type': 'object', 'propertyNames': {'maxLength': 128}}

CREATE = validation.body(common.obj({'configuration': common.obj({
    'name': _NAME,
    'values': _VALUES,
    'description': _DESCRIPTION,
    'datastore': common.obj({
        'type': common.NAME, 'version': common.NAME,
        'version_number': common.NAME}),
}, ['name', 'values'])}, ['configuration']))

EDIT = validation.body(common.obj({'configuration': common.obj({
    'values': _VALUES,
})}, ['configuration']))

REPLACE = validation.body(common.obj({'configuration': common.obj({
    'name': _NAME,
    'values': _VALUES,
    'description': _DESCRIPTION,
})}, ['configuration']))

_SIZE = {'type': ['integer', 'string', 'null'],
         'minimum': -10 ** 39, 'maximum': 10 ** 39,
         'pattern': '^-?[0-9]{1,39}$',
         'message': 'must be a whole number of at most 39 digits, or null'}

PARAMETER = validation.body(common.obj({
    'configuration-parameter': common.obj({
        'name': {'type': 'string', 'minLength': 1, 'maxLength': 128,
                 'pattern': '^[A-Za-z0-9_.-]+$',
                 'message': 'must be 1 to 128 letters, digits and _.-'},
        'restart_required': common.FLAG,
        'data_type': {'type': 'string', 'enum': list(parameters.TYPES)},
        'max_size': _SIZE,
        'min_size': _SIZE,
    }, ['name', 'restart_required', 'data_type'])},
    ['configuration-parameter']))


def parameter(body, version_id, name=None):
    """The parameter that a body which passed `PARAMETER` defines."""
    asked = body['configuration-parameter']
    return datastore.Parameter(
        name=name or asked['name'], version_id=version_id,
        type=asked['data_type'],
        restart_required=bool(int(asked['restart_required'])),
        minimum=_size(asked.get('min_size')),
        maximum=_size(asked.get('max_size')))


def _size(given):
    return None if given is None else str(int(given))
