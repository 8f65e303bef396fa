# SPDX-License-Identifier: Apache-2.0
"""Configuration groups and parameters as clients see them."""

import re

from trove.api.v1.views import viewer as viewers

_SECRET = re.compile(r'pass|secret|auth|token|key_file|private',
                     re.IGNORECASE)
_MASK = '***'


def brief(group):
    """A row of the list."""
    return {
        'id': group.id,
        'name': group.name,
        'description': group.description,
        'created': viewers.timestamp(group.created),
        'updated': viewers.timestamp(group.updated),
        'datastore_name': group.datastore_name,
        'datastore_version_id': group.version_id,
        'datastore_version_name': group.version_name,
        'datastore_version_number': group.version_number,
    }


def full(group, users):
    """A group with its values, secrets masked, and how many use it."""
    return {
        **brief(group),
        'values': {name: _MASK if _SECRET.search(name) else value
                   for name, value in group.values.items()},
        'instance_count': users,
    }


def parameter(found):
    """A parameter as tenants see it."""
    return _parameter(found, 'min', 'max')


def mgmt_parameter(found):
    """A parameter as operators see it: the sizes have other names."""
    return _parameter(found, 'min_size', 'max_size')


def _parameter(found, low, high):
    body = {
        'name': found.name,
        'datastore_version_id': found.version_id,
        'restart_required': found.restart_required,
        'type': found.type,
    }
    for name, limit in ((low, found.minimum), (high, found.maximum)):
        if limit is not None:
            body[name] = _number(limit)
    return body


def _number(text):
    try:
        return int(text)
    except ValueError:
        return float(text)
