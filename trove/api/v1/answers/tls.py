# SPDX-License-Identifier: Apache-2.0
"""TLS settings of an instance."""

from trove.api.v1.answers import common

_CERTIFICATE = common.record({
    'cn': common.TEXT_OR_NULL, 'expire_at': common.TEXT,
    'san': {'type': ['array', 'null'], 'items': common.TEXT},
}, {'payload': common.TEXT})

SHOW = common.one('ssl', common.record({
    'status': {'enum': ['on', 'off', 'not implemented']},
    'mode': common.TEXT}, {'certificate': _CERTIFICATE}))

CHANGED = common.one('ssl', common.record(
    {'restart_required': common.BOOLEAN},
    {'status': common.TEXT, 'mode': common.TEXT_OR_NULL}))
