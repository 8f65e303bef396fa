# SPDX-License-Identifier: Apache-2.0
"""Instances: claims, facts and pages."""

import dataclasses
import functools

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.db.repos import guests
from trove.db.repos import instance_rows
from trove.objects import status
from trove.objects.status import Task

#: Names of facts and the columns that hold them.
_FACTS = {
    'server_id': 'compute_instance_id', 'server_status': 'server_status',
    'volume_id': 'volume_id', 'volume_gb': 'volume_size',
    'volume_type': 'volume_type', 'addresses': 'addresses',
    'hostname': 'hostname', 'flavor_id': 'flavor_id', 'ram_mb': 'ram_mb',
    'locality': 'locality', 'name': 'name', 'access': 'access',
    'availability_zone': 'availability_zone', 'facts_at': 'facts_at',
    'configuration_id': 'configuration_id', 'replica_of': 'slave_of_id',
    'datastore_version_id': 'datastore_version_id'}


#: Ids in one statement; databases bound their number.
_BULK = 1000


class Instances:
    """Instances, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def add(self, instance):
        """Store a new instance and the status of its silent guest."""
        self._connection.execute(
            sa.insert(tables.Instance), instance_rows.to_row(instance))
        self._connection.execute(
            sa.insert(tables.ServiceStatus),
            guests.first_status(instance.id))

    def get(self, instance_id, project_id=None, deleted=False):
        """One instance, or InstanceNotFound.

        ``deleted`` True finds only deleted ones, None both.
        """
        found = self._complete(self._connection.execute(
            _one(project_id is not None, deleted),
            {'instance_id': instance_id, 'project_id': project_id}).all())
        if not found:
            raise exception.InstanceNotFound(instance_id=instance_id)
        return found[0]

    def some(self, ids):
        """Those of these ids that there are, in this order, by few
        statements."""
        found = {one.id: one for one in self._complete(
            self._connection.execute(_SOME, {'ids': list(ids)}).all())}
        return [found[one] for one in ids if one in found]

    def list(self, project_id=None, limit=None, marker=None,
             include_clustered=False, deleted=False, name=None,
             datastore=None, version=None, replica_of=None, cluster_id=None,
             offset=None):
        """Instances in the order that pages are cut in, by few statements.

        That is by id, from after ``marker`` on. With ``offset`` it is by
        the time of their last change, newest first, for operators.
        """
        given = {'project_id': project_id, 'cluster_id': cluster_id,
                 'name': name, 'replica_of': replica_of,
                 'datastore': datastore, 'version': version,
                 'offset': offset, 'marker': marker, 'limit': limit}
        given = {word: value for word, value in given.items()
                 if value is not None}
        return self._complete(self._connection.execute(
            _page(frozenset(given), include_clustered, deleted),
            given).all())

    def claim(self, instance_id, task, text=None, allowed=(Task.NONE,),
              when_idle=True):
        """Take an instance for one task; of two callers exactly one wins.

        It must be in one of the ``allowed`` tasks and, ``when_idle``,
        no unfinished operation may be under way. Raises InstanceBusy or
        InstanceNotFound.
        """
        row, work = tables.Instance, tables.Operation
        free = sa.update(row).where(
            row.id == instance_id, ~row.deleted,
            row.task_id.in_([one.code for one in allowed]))
        if when_idle:
            free = free.where(~sa.exists().where(
                work.instance_id == instance_id, work.finished.is_(None)))
        if not self._connection.execute(
                free.values(**_task(task, text))).rowcount:
            busy = self.get(instance_id)
            raise exception.InstanceBusy(
                instance_id=instance_id,
                task='an operation is under way' if busy.task is Task.NONE
                else busy.task.action)
        return self.get(instance_id)

    def begin_delete(self, instance_id):
        """Set the task to DELETING, whatever it was.

        False when it was DELETING already, or the instance is gone.
        """
        row = tables.Instance
        return bool(self._connection.execute(sa.update(row).where(
            row.id == instance_id, ~row.deleted,
            row.task_id != Task.DELETING.code
        ).values(**_task(Task.DELETING, None))).rowcount)

    def set_task(self, instance_id, task, text=None):
        """Set the task; for the owner of the instance's operation."""
        self._change(instance_id, **_task(task, text))

    def record(self, instance_id, **facts):
        """Store facts by the names they have in Instance."""
        unknown = set(facts) - set(_FACTS)
        if unknown:
            raise TypeError('no such facts: %s' % ', '.join(sorted(unknown)))
        if 'addresses' in facts:
            facts['addresses'] = [dataclasses.asdict(address)
                                  for address in facts['addresses']]
        if 'server_status' in facts:
            facts.setdefault('facts_at', types.utcnow())
        if 'access' in facts:
            facts['access'] = instance_rows.access_row(facts['access'])
        self._change(instance_id, **{
            _FACTS[name]: value for name, value in facts.items()})

    def mark_deleted(self, instance_id):
        """The instance is gone; it holds on to nothing any more."""
        row = tables.Instance
        gone = sa.update(row).where(
            row.id == instance_id, ~row.deleted)
        self._connection.execute(gone.values(
            deleted=True, deleted_at=types.utcnow(), updated=types.utcnow(),
            task_id=Task.NONE.code, task_description=None,
            task_start_time=None, configuration_id=None, slave_of_id=None,
            addresses=[]))
        strategy = tables.BackupStrategy
        self._connection.execute(sa.delete(strategy).where(
            strategy.instance_id == instance_id))

    def sync_servers(self, statuses):
        """Store the server statuses of a cloud, by server id, in bulk.

        All that the cloud knows are noted as looked at now; gives the
        number of those that had changed.
        """
        row = tables.Instance
        known = self._connection.execute(
            sa.select(row.id, row.compute_instance_id, row.server_status)
            .where(~row.deleted,
                   row.compute_instance_id.is_not(None)))
        changed, same = {}, []
        for one in known:
            word = statuses.get(one.compute_instance_id)
            if word is not None and word != one.server_status:
                changed.setdefault(word, []).append(one.id)
            elif word is not None:
                same.append(one.id)
        for word, ids in sorted(changed.items()):
            self._looked_at(ids, server_status=word)
        self._looked_at(same)
        return sum(len(ids) for ids in changed.values())

    def servers_but(self, known, most):
        """Ids of servers of instances that are not among those ``known``.

        Those that were looked at longest ago come first; one that is known
        to be gone does not come back.
        """
        row = tables.Instance
        found = self._connection.execute(
            sa.select(row.compute_instance_id)
            .where(~row.deleted, row.compute_instance_id.is_not(None),
                   sa.or_(row.server_status.is_(None),
                          row.server_status != status.SERVER_GONE))
            .order_by(row.facts_at)).scalars()
        return [one for one in found if one not in known][:most]

    def _looked_at(self, ids, **values):
        row = tables.Instance
        ids = sorted(ids)
        for first in range(0, len(ids), _BULK):
            self._connection.execute(sa.update(row).where(
                row.id.in_(ids[first:first + _BULK]), ~row.deleted
            ).values(facts_at=types.utcnow(), **values))

    def count(self, project_id=None):
        """How many instances there are, of one project or all."""
        row = tables.Instance
        return self._connection.execute(_visible(
            sa.select(sa.func.count()).select_from(row), project_id,
            False)).scalar()

    def _change(self, instance_id, **values):
        row = tables.Instance
        if not self._connection.execute(sa.update(row).where(
                row.id == instance_id, ~row.deleted).values(
                    {**values, 'updated': types.utcnow()})).rowcount:
            raise exception.InstanceNotFound(instance_id=instance_id)

    def _complete(self, rows):
        """Instances of rows; replicas come in one further statement, if
        there are any."""
        replicas = {}
        sources = [found.id for found in rows if found.has_replicas]
        if sources:
            for one in self._connection.execute(_REPLICAS, {'ids': sources}):
                replicas.setdefault(one.slave_of_id, []).append(one.id)
        return [instance_rows.to_object(
            found, tuple(sorted(replicas.get(found.id, ()))))
            for found in rows]


# Building these statements costs more than running them: once is enough.

_REPLICAS = sa.select(tables.Instance.id, tables.Instance.slave_of_id).where(
    tables.Instance.slave_of_id.in_(sa.bindparam('ids', expanding=True)),
    ~tables.Instance.deleted)

_SOME = instance_rows.QUERY.where(
    tables.Instance.id.in_(sa.bindparam('ids', expanding=True)),
    ~tables.Instance.deleted)


@functools.cache
def _one(of_project, deleted):
    """The query for one instance."""
    return _visible(
        instance_rows.QUERY.where(
            tables.Instance.id == sa.bindparam('instance_id')),
        sa.bindparam('project_id') if of_project else None, deleted)


@functools.cache
def _page(given, include_clustered, deleted):
    """The query for a page; ``given`` names the parameters it takes."""
    row = tables.Instance
    query = _visible(
        instance_rows.QUERY,
        sa.bindparam('project_id') if 'project_id' in given else None,
        deleted)
    if 'cluster_id' not in given and not include_clustered:
        # Nearly all rows match: no database shall try its index on it.
        empty = sa.literal_column("''")
        query = query.where(
            sa.func.coalesce(row.cluster_id, empty) == empty)
    for word, column in (
            ('cluster_id', row.cluster_id), ('name', row.name),
            ('replica_of', row.slave_of_id),
            ('datastore', tables.Datastore.name),
            ('version', tables.Version.name)):
        if word in given:
            query = query.where(column == sa.bindparam(word))
    if 'offset' in given:
        query = query.order_by(
            row.updated.desc(), row.id.desc()).offset(
                sa.bindparam('offset', type_=sa.Integer))
    else:
        query = query.order_by(row.id)
        if 'marker' in given:
            query = query.where(row.id > sa.bindparam('marker'))
    if 'limit' in given:
        query = query.limit(sa.bindparam('limit', type_=sa.Integer))
    return query


def _visible(query, project_id, deleted):
    row = tables.Instance
    if project_id is not None:
        query = query.where(row.tenant_id == project_id)
    if deleted is not None:
        query = query.where(row.deleted if deleted else ~row.deleted)
    return query


def _task(task, text):
    return {'task_id': task.code, 'task_description': text,
            'task_start_time': (None if task is Task.NONE
                                else types.utcnow()),
            'updated': types.utcnow()}
