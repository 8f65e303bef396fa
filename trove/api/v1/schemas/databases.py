# SPDX-License-Identifier: Apache-2.0
"""Bodies of /instances/{id}/databases."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.api.v1.schemas import dialects
from trove.objects import order

#: Each name is looked up before any is made: one request has to end.
MOST = 100

DATABASE = common.obj({
    'name': common.NAME, 'character_set': common.NAME,
    'collate': common.NAME}, ['name'])

CREATE = validation.body(common.obj({
    'databases': {'type': 'array', 'maxItems': MOST, 'items': DATABASE},
}, ['databases']), dialects.new_databases)


def spec(item):
    """The database that a member of the list asks for."""
    return order.DatabaseSpec(
        name=item['name'], character_set=item.get('character_set'),
        collate=item.get('collate'))


def specs(body):
    """What a request asks to make."""
    return tuple(spec(item) for item in body['databases'])
