# SPDX-License-Identifier: Apache-2.0
"""What a server says of its parameters -> what a tenant may tune.

For a new version: give ``python -m trove.datastores.postgresql.catalogue``
the output of its `QUERY`, asked with ``psql -At``, and keep what it prints
as ``parameters-<version>.json``.
"""

import json
import sys
import typing

from trove.datastores.postgresql import withheld

QUERY = ('SELECT json_agg(s ORDER BY name) FROM (SELECT name, context, '
         'vartype, min_val, max_val, category FROM pg_settings) s')

_TYPES = {'bool': 'boolean', 'enum': 'string', 'string': 'string',
          'integer': 'integer', 'real': 'float'}
_NOT_FOR_TENANTS = ('Developer Options', 'Preset Options')
#: Bounds from here on are no bounds.
_ENDLESS = 1e300

Row: typing.TypeAlias = dict[str, typing.Any]


def offered(rows: list[Row]) -> list[Row]:
    """Parameters, as they are loaded, of rows of the `QUERY`."""
    return [_parameter(row) for row in rows
            if row['context'] != 'internal'
            and row['category'] not in _NOT_FOR_TENANTS
            and row['name'].lower() not in withheld.NAMES
            and '.' not in row['name']]


def _parameter(row: Row) -> Row:
    found: Row = {'name': row['name'].lower(), 'type': _TYPES[row['vartype']],
                  'restart_required': row['context'] == 'postmaster'}
    number = {'integer': int, 'real': float}.get(row['vartype'])
    for bound, column in (('min', 'min_val'), ('max', 'max_val')):
        if number is not None and row[column] is not None:
            value = number(row[column])
            if abs(value) < _ENDLESS:
                found[bound] = value
    return found


if __name__ == '__main__':
    json.dump({'configuration-parameters': offered(json.load(sys.stdin))},
              sys.stdout, indent=2)
    sys.stdout.write('\n')
