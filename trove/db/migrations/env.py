# SPDX-License-Identifier: Apache-2.0
"""Runs migrations on the connection that `trove.db.schema` hands in."""

from alembic import context

from trove.db import tables

context.configure(
    connection=context.config.attributes['connection'],
    target_metadata=tables.Base.metadata,
    # SQLite cannot alter tables: alembic copies them instead.
    render_as_batch=True)

with context.begin_transaction():
    context.run_migrations()
