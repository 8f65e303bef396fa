# SPDX-License-Identifier: Apache-2.0
"""Modules as clients see them; contents are given where they are asked for.
"""

import base64

from trove.api.v1.views import viewer as viewers

ALL = 'all'
_HIDDEN = base64.b64encode(
    b'The contents are for administrators.').decode()


def brief(found):
    """A row of the list."""
    return {
        'id': found.id, 'name': found.name, 'type': found.type,
        'description': found.description,
        'tenant_id': found.project_id, 'tenant': found.project_id or ALL,
        'datastore_id': found.datastore_id,
        'datastore_version_id': found.version_id,
        'datastore': found.datastore_name or ALL,
        'datastore_version': found.version_name or ALL,
        'auto_apply': found.auto_apply,
        'priority_apply': found.priority_apply,
        'apply_order': found.apply_order, 'is_admin': found.is_admin,
        'visible': found.visible, 'md5': found.md5,
        'created': viewers.timestamp(found.created),
        'updated': viewers.timestamp(found.updated)}


def detail(found, count=None):
    """One module."""
    body = {**brief(found), 'live_update': found.live_update}
    if count is not None:
        body['instance_count'] = count
    return {'module': body}


def applied(one, contents=None, is_admin=False):
    """A module on an instance, with what became of it."""
    module = one.module
    body = {
        'id': module.id, 'name': module.name, 'type': module.type,
        'datastore': module.datastore_name or ALL,
        'datastore_version': module.version_name or ALL,
        'tenant': module.project_id or ALL, 'md5': one.md5,
        'status': one.status, 'message': one.message or '',
        'created': _moment(one.created), 'updated': _moment(one.updated),
        'removed': None, 'auto_apply': module.auto_apply,
        'visible': module.visible, 'is_admin': module.is_admin}
    if contents is not None:
        body['contents'] = (_HIDDEN if module.is_admin and not is_admin
                            else contents)
    return body


def count(module, one):
    """How many instances have one form of a module."""
    return {
        'module_name': module.name, 'module_id': module.id,
        'module_md5': one.md5, 'instance_count': one.instances,
        'current': one.md5 == module.md5,
        'min_updated_date': _moment(one.first),
        'max_updated_date': _moment(one.last)}


def _moment(when):
    return when.strftime('%Y-%m-%d %H:%M:%S.%f')
