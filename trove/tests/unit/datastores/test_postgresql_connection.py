# SPDX-License-Identifier: Apache-2.0
"""The agent's way to PostgreSQL where the volume cannot be read."""

import pytest

from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import places


def test_an_engine_whose_data_cannot_be_read_is_away(tmp_path):
    """As after a lost volume: it does not answer, and nothing is raised."""
    found = places.Places(
        config_folder=str(tmp_path), runtime=str(tmp_path),
        logs=str(tmp_path), mount_point=str(tmp_path), port=5432)
    # A folder in place of the file: reading it is an error of the system.
    (tmp_path / 'data' / 'PG_VERSION').mkdir(parents=True)
    assert found.version == str(tmp_path / 'data' / 'PG_VERSION')
    (tmp_path / '.s.PGSQL.5432').touch()
    connector = connection.Connector(found)
    assert not connector.answers()
    with pytest.raises(connection.EngineAway, match='cannot be read'):
        connector.limits()
