# SPDX-License-Identifier: Apache-2.0
"""Bodies below /mgmt."""

from trove.api import validation
from trove.api.v1.schemas import common

QUOTAS = validation.body(common.obj({'quotas': {
    'type': 'object',
    'properties': {'xmlns': {}},
    'additionalProperties': {'type': ['integer', 'null'], 'minimum': -1,
                             'maximum': 2 ** 31 - 1},
}}, ['quotas']))

_EMPTY = {'type': 'object'}

ACTION = validation.body(common.obj({
    'stop': _EMPTY, 'update': _EMPTY, 'reboot': _EMPTY,
    'reset-task-status': _EMPTY,
    'migrate': common.obj({'host': {'type': ['string', 'null'],
                                    'minLength': 1, 'maxLength': 255}}),
    'rebuild': common.obj({'image_id': common.UUID}, ['image_id']),
}))
