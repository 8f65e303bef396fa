# SPDX-License-Identifier: Apache-2.0
"""How an operation is stored: its arguments sealed, its secrets scrubbed."""

import json

from trove.objects import operation

SECRETS = frozenset(('password', 'root_password'))

_SAME = ('id', 'number', 'verb', 'instance_id', 'project_id', 'context',
         'created', 'updated', 'owner', 'fence', 'lease_until',
         'not_before', 'attempts', 'cancel', 'step', 'error_code', 'error',
         'finished')


def to_object(keyring, row):
    """The operation of a row, its arguments opened."""
    return operation.Operation(
        **{name: getattr(row, name) for name in _SAME},
        state=operation.State(row.state),
        arguments=json.loads(keyring.open(row.arguments, _place(row.id))))


def seal(keyring, operation_id, arguments):
    """Arguments as text that opens only in this operation's row."""
    return keyring.seal(json.dumps(arguments).encode(),
                        _place(operation_id))


def without_secrets(value):
    """The same plain JSON with every secret replaced by nothing."""
    if isinstance(value, dict):
        return {key: None if key in SECRETS else without_secrets(inner)
                for key, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value


def _place(operation_id):
    return b'operation:' + operation_id.encode()
