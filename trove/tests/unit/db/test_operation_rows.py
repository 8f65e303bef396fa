# SPDX-License-Identifier: Apache-2.0
"""Secrets of operations: sealed to their row, and scrubbed at any depth."""

import pytest

from trove.common import crypto
from trove.db.repos import operation_rows
from trove.tests.fixtures import database


def test_secrets_are_scrubbed_at_any_depth():
    assert operation_rows.without_secrets({
        'root_password': 'x', 'size': 1, 'users': [
            {'name': 'u', 'password': 'x', 'databases': ['d']}],
        'nested': {'password': 'x'}}) == {
        'root_password': None, 'size': 1, 'users': [
            {'name': 'u', 'password': None, 'databases': ['d']}],
        'nested': {'password': None}}


def test_arguments_open_only_in_their_own_row():
    ring = database.keyring()
    sealed = operation_rows.seal(ring, 'one', {'a': 1})
    assert ring.open(sealed, b'operation:one') == b'{"a": 1}'
    with pytest.raises(crypto.SealBroken):
        ring.open(sealed, b'operation:two')
