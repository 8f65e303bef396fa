# SPDX-License-Identifier: Apache-2.0
"""Alembic's migrations, run by `trove.db.schema`."""
