# SPDX-License-Identifier: Apache-2.0
"""How an instance is spread over tables, and put together again."""

import dataclasses

import sqlalchemy as sa

from trove.db import tables
from trove.objects import instance as instances
from trove.objects import status

#: States of a backup that is being taken.
RUNNING_BACKUP = ('NEW', 'BUILDING', 'SAVING')

_SAME = ('id', 'name', 'hostname', 'created', 'updated', 'volume_id',
         'volume_type', 'flavor_id', 'ram_mb', 'server_status', 'facts_at',
         'availability_zone', 'locality', 'datastore_version_id',
         'configuration_id', 'cluster_id', 'shard_id', 'type', 'deleted',
         'deleted_at')
_RENAMED = {'project_id': 'tenant_id', 'server_id': 'compute_instance_id',
            'volume_gb': 'volume_size', 'replica_of': 'slave_of_id',
            'region': 'region_id', 'task_text': 'task_description',
            'task_started': 'task_start_time'}


#: What the own columns are named in Instance, and how they are stored.
_NAMES = (*_SAME, *_RENAMED)
_COLUMNS = (*_SAME, *_RENAMED.values(), 'task_id', 'access', 'addresses')


def _query():
    row, report, fault = (tables.Instance, tables.ServiceStatus,
                          tables.Fault)
    other = sa.orm.aliased(row)
    version, store = tables.Version, tables.Datastore
    backup, group, link = (tables.Backup, tables.Configuration,
                           tables.GuestLink)
    # Constants stand in the text: each parameter costs time at each turn.
    backup_runs = sa.exists().where(
        backup.instance_id == row.id, ~backup.deleted,
        backup.state.in_([sa.literal_column("'%s'" % state)
                          for state in RUNNING_BACKUP]))
    has_replicas = sa.exists().where(
        other.slave_of_id == row.id, ~other.deleted)
    return sa.select(
        *(getattr(row, column) for column in _COLUMNS),
        report.status_id, report.updated_at.label('reported_at'),
        report.api_version, report.agent_version, report.engine_version,
        report.phase, report.volume_total_gb, report.volume_used_gb,
        report.details.label('report_details'),
        fault.message.label('fault_message'),
        fault.details.label('fault_details'),
        fault.created.label('fault_created'),
        fault.updated.label('fault_updated'),
        store.name.label('datastore_name'),
        version.name.label('version_name'),
        version.version.label('version_number'), version.manager,
        group.name.label('configuration_name'), link.key_id,
        backup_runs.label('backup_runs'),
        has_replicas.label('has_replicas'),
    ).outerjoin_from(
        row, report, report.instance_id == row.id
    ).outerjoin(fault, fault.instance_id == row.id
    ).outerjoin(version, version.id == row.datastore_version_id
    ).outerjoin(store, store.id == version.datastore_id
    ).outerjoin(group, group.id == row.configuration_id
    ).outerjoin(link, link.instance_id == row.id)


QUERY = _query()


def to_row(instance):
    """The values of the instance's own columns."""
    values = {name: getattr(instance, name) for name in _SAME}
    values.update((column, getattr(instance, name))
                  for name, column in _RENAMED.items())
    return {**values, 'task_id': instance.task.code,
            'access': access_row(instance.access),
            'addresses': [dataclasses.asdict(address)
                          for address in instance.addresses]}


def access_row(access):
    """Access as it is stored."""
    return dataclasses.asdict(access)


def to_object(row, replicas):
    """The instance of one row of QUERY."""
    task, access, addresses = row[len(_NAMES):len(_COLUMNS)]
    return instances.Instance(
        **dict(zip(_NAMES, row, strict=False)),
        task=status.TASK_BY_CODE[task], access=_access(access),
        replicas=replicas,
        addresses=tuple(instances.Address(**one) for one in addresses),
        configuration_name=row.configuration_name,
        datastore_name=row.datastore_name, version_name=row.version_name,
        version_number=row.version_number, manager=row.manager,
        encrypted_link=row.key_id is not None, report=_report(row),
        fault=_fault(row), backup_runs=bool(row.backup_runs))


def _access(stored):
    cidrs = stored.get('allowed_cidrs')
    return instances.Access(
        is_public=stored.get('is_public'),
        allowed_cidrs=None if cidrs is None else tuple(cidrs))


def _report(row):
    if row.status_id is None:
        return None
    return instances.Report(
        status=status.SERVICE_BY_CODE[row.status_id],
        reported_at=row.reported_at, api_version=row.api_version,
        agent_version=row.agent_version, engine_version=row.engine_version,
        phase=row.phase, volume_total_gb=row.volume_total_gb,
        volume_used_gb=row.volume_used_gb, details=row.report_details)


def _fault(row):
    if row.fault_message is None:
        return None
    return instances.Fault(
        message=row.fault_message, details=row.fault_details,
        created=row.fault_created, updated=row.fault_updated)
