# SPDX-License-Identifier: Apache-2.0
"""Backups and backup strategies as clients see them."""

from trove.api.v1.views import viewer


def backup(found):
    """A backup, in lists and by itself."""
    body = {
        'id': found.id,
        'name': found.name,
        'description': found.description,
        'locationRef': found.location,
        'instance_id': found.instance_id,
        'created': viewer.timestamp(found.created),
        'updated': viewer.timestamp(found.updated),
        'size': found.size_gb,
        'status': found.state,
        'parent_id': found.parent_id,
        'project_id': found.project_id,
        'storage_driver': found.storage_driver,
    }
    if found.version_name is not None:
        body['datastore'] = {'type': found.datastore_name,
                             'version': found.version_name,
                             'version_id': found.version_id}
    return body


def strategy(found):
    """A strategy; the instance's id is never null: clients join texts."""
    return {'project_id': found.project_id,
            'instance_id': found.instance_id, 'backend': found.backend,
            'swift_container': found.swift_container}
