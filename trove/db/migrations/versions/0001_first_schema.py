# SPDX-License-Identifier: Apache-2.0
"""The first schema.

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = '0001'
down_revision = None

# Spelled out rather than imported: what a migration made stays as it was,
# whatever later releases do to their types.
ID = sa.String(36)
TIME = sa.DateTime().with_variant(
    mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
LONG_TEXT = sa.Text().with_variant(
    mysql.MEDIUMTEXT(), 'mysql', 'mariadb')
SERIAL = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
OPTIONS = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4',
           'mysql_collate': 'utf8mb4_bin', 'mariadb_engine': 'InnoDB',
           'mariadb_charset': 'utf8mb4', 'mariadb_collate': 'utf8mb4_bin'}


def upgrade():
    """Make every table."""
    _datastores()
    _configurations()
    _backups()
    _instances()
    _roots()
    _guests()
    _operations()
    _duties()
    _quotas()


def _table(name, *parts, key, **options):
    """A table of which the columns of `key` are the primary key."""
    op.create_table(
        name, *parts, sa.PrimaryKeyConstraint(*key, name='pk_' + name),
        **OPTIONS, **options)


def _need(name, kind):
    return sa.Column(name, kind, nullable=False)


def _may(name, kind):
    return sa.Column(name, kind, nullable=True)


def _refers(table, column, target, **options):
    return sa.ForeignKeyConstraint(
        [column], [target], name='fk_%s_%s' % (table, column), **options)


def _datastores():
    _table(
        'datastores',
        _need('id', ID), _need('name', sa.String(255)),
        _may('default_version_id', ID),
        sa.UniqueConstraint('name', name='uq_datastores_name'), key=('id',))
    _table(
        'datastore_versions',
        _need('id', ID), _need('datastore_id', ID),
        _need('name', sa.String(255)), _need('version', sa.String(255)),
        _need('manager', sa.String(255)), _may('image_id', ID),
        _need('image_tags', LONG_TEXT), _need('packages', LONG_TEXT),
        _may('registry_ext', sa.Text), _may('repl_strategy', sa.Text),
        _need('active', sa.Boolean),
        _refers('datastore_versions', 'datastore_id', 'datastores.id'),
        sa.UniqueConstraint('datastore_id', 'name', 'version',
            name='uq_datastore_versions_datastore_id_name_version'),
        key=('id',))
    _table(
        'datastore_version_metadata',
        _need('datastore_version_id', ID), _need('key', sa.String(64)),
        _need('value', sa.String(128)),
        _refers('datastore_version_metadata', 'datastore_version_id',
            'datastore_versions.id', ondelete='CASCADE'),
        key=('datastore_version_id', 'key', 'value'))
    _table(
        'datastore_configuration_parameters',
        _need('datastore_version_id', ID), _need('name', sa.String(128)),
        _need('restart_required', sa.Boolean),
        _may('max_size', sa.String(40)), _may('min_size', sa.String(40)),
        _need('data_type', sa.String(128)),
        _refers('datastore_configuration_parameters', 'datastore_version_id',
            'datastore_versions.id', ondelete='CASCADE'),
        key=('datastore_version_id', 'name'))


def _configurations():
    _table(
        'configurations',
        _need('id', ID), _need('name', sa.String(64)),
        _may('description', sa.String(256)),
        _need('tenant_id', sa.String(64)), _need('datastore_version_id', ID),
        _need('created', TIME), _need('updated', TIME),
        _need('deleted', sa.Boolean), _may('deleted_at', TIME),
        _refers('configurations', 'datastore_version_id',
            'datastore_versions.id'), key=('id',))
    op.create_index(
        'ix_configurations_page', 'configurations',
        ['tenant_id', 'deleted', 'id'])
    _table(
        'configuration_parameters',
        _need('configuration_id', ID),
        _need('configuration_key', sa.String(128)),
        _need('configuration_value', LONG_TEXT),
        _refers('configuration_parameters', 'configuration_id',
            'configurations.id', ondelete='CASCADE'),
        key=('configuration_id', 'configuration_key'))


def _backups():
    _table(
        'backups',
        _need('id', ID), _need('name', sa.String(255)),
        _may('description', sa.String(512)),
        _may('location', sa.String(1024)), _may('backup_type', sa.String(32)),
        _may('size', sa.Double), _need('tenant_id', sa.String(64)),
        _need('state', sa.String(32)), _may('instance_id', ID),
        _may('checksum', sa.String(128)), _may('parent_id', ID),
        _may('datastore_version_id', ID),
        _may('storage_driver', sa.String(64)), _need('created', TIME),
        _need('updated', TIME), _need('deleted', sa.Boolean),
        _may('deleted_at', TIME),
        _refers('backups', 'datastore_version_id', 'datastore_versions.id'),
        key=('id',))
    op.create_index('ix_backups_instance_id', 'backups', ['instance_id'])
    op.create_index(
        'ix_backups_page', 'backups', ['tenant_id', 'deleted', 'updated'])
    op.create_index('ix_backups_parent_id', 'backups', ['parent_id'])


def _instances():
    _table(
        'instances',
        _need('id', ID), _need('created', TIME), _need('updated', TIME),
        _need('name', sa.String(255)), _may('hostname', sa.String(255)),
        _may('compute_instance_id', ID), _need('task_id', sa.Integer),
        _may('task_description', sa.String(255)),
        _may('task_start_time', TIME), _may('volume_id', ID),
        _may('volume_size', sa.Integer), _may('volume_type', sa.String(255)),
        _need('flavor_id', sa.String(255)), _need('ram_mb', sa.Integer),
        _need('tenant_id', sa.String(64)),
        _may('server_status', sa.String(64)), _need('addresses', LONG_TEXT),
        _may('facts_at', TIME), _may('availability_zone', sa.String(255)),
        _may('locality', sa.String(64)), _may('region_id', sa.String(255)),
        _need('access', LONG_TEXT), _may('datastore_version_id', ID),
        _may('configuration_id', ID), _may('slave_of_id', ID),
        _may('cluster_id', ID), _may('shard_id', ID),
        _may('type', sa.String(64)), _need('deleted', sa.Boolean),
        _may('deleted_at', TIME),
        _refers('instances', 'configuration_id', 'configurations.id'),
        _refers('instances', 'datastore_version_id', 'datastore_versions.id'),
        _refers('instances', 'slave_of_id', 'instances.id'), key=('id',))
    op.create_index('ix_instances_changes', 'instances', ['updated', 'id'])
    op.create_index('ix_instances_cluster_id', 'instances', ['cluster_id'])
    op.create_index(
        'ix_instances_compute_instance_id', 'instances',
        ['compute_instance_id'])
    op.create_index(
        'ix_instances_configuration_id', 'instances', ['configuration_id'])
    op.create_index(
        'ix_instances_datastore_version_id', 'instances',
        ['datastore_version_id'])
    op.create_index(
        'ix_instances_page', 'instances', ['tenant_id', 'deleted', 'id'])
    op.create_index('ix_instances_slave_of_id', 'instances', ['slave_of_id'])
    _table(
        'instance_faults',
        _need('instance_id', ID), _need('message', sa.String(255)),
        _may('details', LONG_TEXT), _need('created', TIME),
        _need('updated', TIME),
        _refers('instance_faults', 'instance_id', 'instances.id',
            ondelete='CASCADE'), key=('instance_id',))
    _table(
        'resources',
        _need('instance_id', ID), _need('kind', sa.String(32)),
        _need('external_id', sa.String(255)), _may('operation_id', ID),
        _may('details', LONG_TEXT), _need('created', TIME),
        key=('instance_id', 'kind', 'external_id'))


def _roots():
    _table(
        'root_enabled_history',
        _need('id', ID), _may('user', sa.String(255)),
        _need('created', TIME), _may('deleted_at', TIME),
        _refers('root_enabled_history', 'id', 'instances.id',
            ondelete='CASCADE'), key=('id',))


def _guests():
    _table(
        'service_statuses',
        _need('instance_id', ID), _need('status_id', sa.Integer),
        _need('status_description', sa.String(64)), _may('updated_at', TIME),
        _need('boot', sa.BigInteger), _need('seq', sa.BigInteger),
        _may('api_version', sa.String(32)),
        _may('agent_version', sa.String(64)),
        _may('engine_version', sa.String(64)), _may('phase', sa.String(32)),
        _may('volume_total_gb', sa.Double), _may('volume_used_gb', sa.Double),
        _need('details', LONG_TEXT),
        _refers('service_statuses', 'instance_id', 'instances.id',
            ondelete='CASCADE'), key=('instance_id',))
    _table(
        'guest_links',
        _need('instance_id', ID), _need('key_id', sa.String(64)),
        _need('sealed_key', sa.String(512)),
        _may('next_key_id', sa.String(64)),
        _may('next_sealed_key', sa.String(512)),
        _may('broker_user', sa.String(255)),
        _need('tx_counter', sa.BigInteger), _need('boot', sa.BigInteger),
        _need('seq', sa.BigInteger), _need('created', TIME),
        _refers('guest_links', 'instance_id', 'instances.id',
            ondelete='CASCADE'), key=('instance_id',))


def _operations():
    _table(
        'operations',
        sa.Column('number', SERIAL, autoincrement=True, nullable=False),
        _need('id', ID), _need('verb', sa.String(64)),
        _may('instance_id', ID), _need('project_id', sa.String(64)),
        _need('arguments', LONG_TEXT), _need('context', LONG_TEXT),
        _need('state', sa.String(16)), _may('owner', sa.String(255)),
        _need('fence', sa.BigInteger), _may('lease_until', TIME),
        _may('not_before', TIME), _need('attempts', sa.Integer),
        _need('cancel', sa.Boolean), _may('step', sa.String(255)),
        _may('error_code', sa.String(64)), _may('error', LONG_TEXT),
        _need('created', TIME), _need('updated', TIME),
        _may('finished', TIME),
        sa.UniqueConstraint('id', name='uq_operations_id'), key=('number',),
        sqlite_autoincrement=True)
    op.create_index(
        'ix_operations_instance_id_state', 'operations',
        ['instance_id', 'state', 'number'])
    op.create_index(
        'ix_operations_state_number', 'operations', ['state', 'number'])
    _table(
        'journal',
        _need('uuid', sa.String(64)), _need('kind', sa.String(16)),
        _need('operation_id', ID), _may('parent', sa.String(64)),
        _need('position', sa.Integer), _need('document', LONG_TEXT),
        _need('updated', TIME), key=('uuid', 'kind'))
    op.create_index('ix_journal_operation_id', 'journal', ['operation_id'])
    op.create_index('ix_journal_parent', 'journal', ['parent'])


def _duties():
    _table(
        'duties',
        _need('name', sa.String(64)), _may('owner', sa.String(255)),
        _need('due', TIME), _may('lease_until', TIME), key=('name',))


def _quotas():
    _table(
        'quotas',
        _need('tenant_id', sa.String(64)), _need('resource', sa.String(64)),
        _need('hard_limit', sa.Integer), _need('updated', TIME),
        key=('tenant_id', 'resource'))
    _table(
        'quota_usages',
        _need('tenant_id', sa.String(64)), _need('resource', sa.String(64)),
        _need('in_use', sa.BigInteger), _need('reserved', sa.BigInteger),
        _need('updated', TIME), key=('tenant_id', 'resource'))
    _table(
        'reservations',
        _need('id', ID), _need('tenant_id', sa.String(64)),
        _need('resource', sa.String(64)), _need('delta', sa.Integer),
        _need('status', sa.String(36)), _may('operation_id', ID),
        _may('instance_id', ID), _need('created', TIME),
        _need('updated', TIME), key=('id',))
    op.create_index(
        'ix_reservations_instance_id', 'reservations', ['instance_id'])
    op.create_index(
        'ix_reservations_operation_id', 'reservations', ['operation_id'])
    op.create_index(
        'ix_reservations_tenant_status', 'reservations',
        ['tenant_id', 'status'])
