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
