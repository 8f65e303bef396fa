# SPDX-License-Identifier: Apache-2.0
"""Backups and backup strategies."""

from trove.api.v1.answers import common
from trove.objects import backup

_BACKUP = common.record({
    'id': common.TEXT, 'name': common.TEXT,
    'description': common.TEXT_OR_NULL,
    'locationRef': common.TEXT_OR_NULL,
    'instance_id': common.TEXT_OR_NULL,
    'created': common.TIME, 'updated': common.TIME,
    'size': common.NUMBER_OR_NULL,
    'status': {'enum': [str(state) for state in backup.State]},
    'parent_id': common.TEXT_OR_NULL, 'project_id': common.TEXT,
    'storage_driver': common.TEXT_OR_NULL,
}, {'datastore': common.record({
    'type': common.TEXT, 'version': common.TEXT,
    'version_id': common.TEXT})})

INDEX = common.page('backups', _BACKUP)
SHOW = common.one('backup', _BACKUP)

_STRATEGY = common.record({
    'project_id': common.TEXT, 'instance_id': common.TEXT,
    'backend': common.TEXT, 'swift_container': common.TEXT})

STRATEGIES = common.listing('backup_strategies', _STRATEGY)
STRATEGY = common.one('backup_strategy', _STRATEGY)
