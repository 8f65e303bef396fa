# SPDX-License-Identifier: Apache-2.0
"""The body of POST /instances/{id}/root, which may be absent."""

from trove.api import validation
from trove.api.v1.schemas import common

_ENABLE = validation.body(common.obj({
    'password': {'type': ['string', 'null'], 'maxLength': 255}}))


def ENABLE(body):   # used like the constants beside it
    """The body, or an empty one: old clients send none at all."""
    return {} if body is None else _ENABLE(body)
