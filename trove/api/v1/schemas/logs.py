# SPDX-License-Identifier: Apache-2.0
"""The body of POST /instances/{id}/log."""

from trove.api import validation
from trove.api.v1.schemas import common

_FLAG = {'type': ['integer', 'boolean', 'string', 'null'],
         'enum': [0, 1, True, False, '0', '1', None]}

ACTION = validation.body(common.obj({
    'name': common.NAME, 'enable': _FLAG, 'disable': _FLAG,
    'publish': _FLAG, 'discard': _FLAG}, ['name']))
