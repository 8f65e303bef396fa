# SPDX-License-Identifier: Apache-2.0
"""The body of POST /instances/{id}/ssl."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.common import exception
from trove.objects import tls

_REF = {'type': 'string', 'minLength': 1, 'maxLength': 512}

ACTIONS = ('enable', 'disable', 'rollback')

ACTION = validation.body(common.obj({'ssl': common.obj({
    **dict.fromkeys(ACTIONS, {'type': 'boolean'}),
    'mode': {'enum': [str(mode) for mode in tls.Mode
                      if mode.needs_certificate]},
    'container_ref': _REF,
    'password_ref': _REF,
})}, ['ssl']))


def action(body):
    """The one thing that is asked for."""
    asked = [name for name in ACTIONS if body['ssl'].get(name)]
    if len(asked) != 1:
        raise exception.BadRequest(
            'ssl: exactly one of enable, disable and rollback must be true')
    return asked[0]
