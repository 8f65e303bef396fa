# SPDX-License-Identifier: Apache-2.0
"""How connections to instances are encrypted, and modules.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = '0002'
down_revision = '0001'

TIME = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
LONG_TEXT = sa.Text().with_variant(
    mysql.MEDIUMTEXT(), 'mysql', 'mariadb')
OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4',
           'mysql_collate': 'utf8mb4_bin', 'mariadb_engine': 'InnoDB',
           'mariadb_charset': 'utf8mb4', 'mariadb_collate': 'utf8mb4_bin'}


def upgrade():
    """Make the tables."""
    _tls()
    _modules()
    _applied()


def _need(name, kind):
    return sa.Column(name, kind, nullable=False)


def _may(name, kind):
    return sa.Column(name, kind, nullable=True)


def _tls():
    op.create_table(
        'instance_tls',
        _need('instance_id', sa.String(36)),
        _need('mode', sa.String(16)),
        _may('source', sa.String(16)),
        _may('expires', TIME),
        _may('current', LONG_TEXT),
        _may('previous', LONG_TEXT),
        _may('pending', LONG_TEXT),
        _need('updated', TIME),
        sa.ForeignKeyConstraint(
            ['instance_id'], ['instances.id'], ondelete='CASCADE',
            name='fk_instance_tls_instance_id'),
        sa.PrimaryKeyConstraint('instance_id', name='pk_instance_tls'),
        **OPTIONS)
    op.create_index('ix_instance_tls_expires', 'instance_tls', ['expires'])


def _modules():
    op.create_table(
        'modules',
        _need('id', sa.String(36)),
        _need('name', sa.String(255)),
        _need('type', sa.String(255)),
        _may('contents', LONG_TEXT),
        _may('description', sa.String(255)),
        _may('tenant_id', sa.String(64)),
        _may('datastore_id', sa.String(36)),
        _may('datastore_version_id', sa.String(36)),
        _need('auto_apply', sa.Boolean()),
        _need('visible', sa.Boolean()),
        _need('live_update', sa.Boolean()),
        _need('priority_apply', sa.Boolean()),
        _need('apply_order', sa.Integer()),
        _need('is_admin', sa.Boolean()),
        _need('md5', sa.String(32)),
        _need('created', TIME),
        _need('updated', TIME),
        _need('deleted', sa.Boolean()),
        _may('deleted_at', TIME),
        sa.ForeignKeyConstraint(['datastore_id'], ['datastores.id'],
                                name='fk_modules_datastore_id'),
        sa.ForeignKeyConstraint(
            ['datastore_version_id'], ['datastore_versions.id'],
            name='fk_modules_datastore_version_id'),
        sa.PrimaryKeyConstraint('id', name='pk_modules'), **OPTIONS)
    op.create_index('ix_modules_page', 'modules',
                    ['deleted', 'tenant_id', 'id'])


def _applied():
    op.create_table(
        'instance_modules',
        _need('instance_id', sa.String(36)),
        _need('module_id', sa.String(36)),
        _need('md5', sa.String(32)),
        _need('status', sa.String(16)),
        _may('message', sa.String(255)),
        _need('created', TIME),
        _need('updated', TIME),
        sa.ForeignKeyConstraint(
            ['instance_id'], ['instances.id'], ondelete='CASCADE',
            name='fk_instance_modules_instance_id'),
        sa.ForeignKeyConstraint(
            ['module_id'], ['modules.id'], ondelete='CASCADE',
            name='fk_instance_modules_module_id'),
        sa.PrimaryKeyConstraint('instance_id', 'module_id',
                                name='pk_instance_modules'), **OPTIONS)
    op.create_index('ix_instance_modules_module_id', 'instance_modules',
                    ['module_id'])
