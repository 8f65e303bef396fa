# SPDX-License-Identifier: Apache-2.0
"""Logs of an instance."""

from trove.api.v1.answers import common

_LOG = common.record({
    'name': common.TEXT, 'type': common.TEXT, 'status': common.TEXT,
    'published': common.INTEGER, 'pending': common.INTEGER,
    'container': common.TEXT, 'prefix': common.TEXT,
    'metafile': common.TEXT})

LOGS = common.listing('logs', _LOG)
LOG = common.one('log', _LOG)
