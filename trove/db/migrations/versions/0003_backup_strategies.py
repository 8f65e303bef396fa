# SPDX-License-Identifier: Apache-2.0
"""Where the backups of projects and instances are kept.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade():
    """Make the table of backup strategies."""
    op.create_table(
        'backup_strategies',
        sa.Column('tenant_id', sa.String(64), nullable=False),
        sa.Column('instance_id', sa.String(36), nullable=False),
        sa.Column('backend', sa.String(32), nullable=False),
        sa.Column('swift_container', sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint('tenant_id', 'instance_id',
                                name='pk_backup_strategies'),
        mysql_engine='InnoDB', mysql_charset='utf8mb4',
        mysql_collate='utf8mb4_bin', mariadb_engine='InnoDB',
        mariadb_charset='utf8mb4', mariadb_collate='utf8mb4_bin')
