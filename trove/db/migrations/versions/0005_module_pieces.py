# SPDX-License-Identifier: Apache-2.0
"""Long contents of modules are kept in pieces.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = '0005'
down_revision = '0004'

LONG_TEXT = sa.Text().with_variant(
    mysql.MEDIUMTEXT(), 'mysql', 'mariadb')
OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4',
           'mysql_collate': 'utf8mb4_bin', 'mariadb_engine': 'InnoDB',
           'mariadb_charset': 'utf8mb4', 'mariadb_collate': 'utf8mb4_bin'}


def upgrade():
    """Make the table."""
    op.create_table(
        'module_pieces',
        sa.Column('module_id', sa.String(36), nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False,
                  nullable=False),
        sa.Column('contents', LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ['module_id'], ['modules.id'], ondelete='CASCADE',
            name='fk_module_pieces_module_id'),
        sa.PrimaryKeyConstraint('module_id', 'number',
                                name='pk_module_pieces'), **OPTIONS)
