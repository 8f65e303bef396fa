# SPDX-License-Identifier: Apache-2.0
"""Flavors, volume types and limits as clients see them."""

import re

_PLAIN_NUMBER = re.compile('^(0|[1-9][0-9]*)$')


def flavor(found, viewer):
    """A flavor; ``id`` is null where the cloud's id is no plain number.

    Where there are no volumes, ``local_storage`` is where data goes.
    """
    body = {
        'id': int(found.id) if _PLAIN_NUMBER.match(found.id) else None,
        'str_id': found.id,
        'name': found.name,
        'ram': found.ram_mb,
        'vcpus': found.vcpus,
        'disk': found.disk_gb,
        'ephemeral': found.ephemeral_gb,
        'links': viewer.links('flavors', found.id),
    }
    if not viewer.volumes:
        body['local_storage'] = found.ephemeral_gb
    return body


def volume_type(found):
    """A volume type."""
    return {'id': found.id, 'name': found.name,
            'is_public': found.is_public, 'description': found.description}


def limits(usages, rates):
    """Absolute limits, which clients expect first, then the rates."""
    absolute = {'verb': 'ABSOLUTE'}
    absolute.update({'max_' + usage.resource: usage.limit
                     for usage in usages})
    return {'limits': [absolute] + [
        {'verb': limit.verb, 'uri': limit.uri, 'regex': limit.regex,
         'value': limit.value, 'remaining': remaining, 'unit': 'MINUTE',
         'nextAvailable': moment.strftime('%Y-%m-%dT%H:%M:%SZ')}
        for limit, remaining, moment in rates]}
