# SPDX-License-Identifier: Apache-2.0
"""What is told of an upgrade that failed."""

from trove.datastores.postgresql.guest import upgrades


def test_what_pg_upgrade_found_in_order_does_not_hide_what_is_wrong():
    told = upgrades.said(
        'Performing Consistency Checks\n-----------------------------\n'
        'Checking cluster versions                         ok\n'
        'Checking database connection settings             fatal\n\n'
        'All non-template0 databases must allow connections.')
    assert told == (
        'Checking database connection settings             fatal\n'
        'All non-template0 databases must allow connections.')
    assert upgrades.said('Checking versions   ok') == 'Checking versions   ok'
