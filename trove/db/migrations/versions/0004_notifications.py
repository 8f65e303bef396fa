# SPDX-License-Identifier: Apache-2.0
"""Notifications wait in a table.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = '0004'
down_revision = '0003'

TIME = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
LONG_TEXT = sa.Text().with_variant(
    mysql.MEDIUMTEXT(), 'mysql', 'mariadb')
SERIAL = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4',
           'mysql_collate': 'utf8mb4_bin', 'mariadb_engine': 'InnoDB',
           'mariadb_charset': 'utf8mb4', 'mariadb_collate': 'utf8mb4_bin'}


def upgrade():
    """Make the table."""
    op.create_table(
        'notifications',
        sa.Column('number', SERIAL, nullable=False, autoincrement=True),
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('event_type', sa.String(255), nullable=False),
        sa.Column('publisher', sa.String(255), nullable=False),
        sa.Column('payload', LONG_TEXT, nullable=False),
        sa.Column('created', TIME, nullable=False),
        sa.PrimaryKeyConstraint('number', name='pk_notifications'),
        **OPTIONS)
