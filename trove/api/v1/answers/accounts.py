# SPDX-License-Identifier: Apache-2.0
"""Databases, users and root of an instance."""

from trove.api.v1.answers import common

_NAME = common.record({'name': common.TEXT})

DATABASES = common.page('databases', _NAME)
DATABASE = common.one('database', common.record({
    'name': common.TEXT, 'character_set': common.TEXT_OR_NULL,
    'collate': common.TEXT_OR_NULL}))

_USER = common.record({'name': common.TEXT, 'host': common.TEXT,
                       'databases': common.array(_NAME)})
USERS = common.page('users', _USER)
USER = common.one('user', _USER)
GRANTS = common.listing('databases', _NAME)

ROOT = common.one('rootEnabled', common.BOOLEAN)
ROOT_ENABLED = common.one('user', common.record({
    'name': common.TEXT, 'password': common.TEXT}))
