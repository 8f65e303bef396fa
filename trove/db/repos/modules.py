# SPDX-License-Identifier: Apache-2.0
"""Modules, and the instances that have them; contents are sealed."""

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.db.repos import upsert
from trove.objects import module as objects

_SAME = ('id', 'name', 'type', 'description', 'auto_apply', 'visible',
         'live_update', 'priority_apply', 'apply_order', 'is_admin', 'md5',
         'created', 'updated', 'datastore_id')
_COLUMNS = {'project_id': 'tenant_id', 'version_id': 'datastore_version_id'}
_RESULT = ('md5', 'status', 'message', 'updated')

#: Letters of contents that are stored by one statement.
_PIECE = 1024 ** 2


class ModuleNotFound(exception.NotFound):
    """No such module for this caller."""

    template = 'Module %(module_id)s does not exist.'


class Modules:
    """Modules, in one transaction."""

    def __init__(self, connection, keyring):
        self._connection = connection
        self._keyring = keyring

    def add(self, module):
        """Store a new module."""
        row = {name: getattr(module, name) for name in _SAME}
        row.update({column: getattr(module, name)
                    for name, column in _COLUMNS.items()})
        first, *others = self._sealed(module.id, module.contents)
        self._connection.execute(sa.insert(tables.Module), {
            **row, 'deleted': False, 'contents': first})
        self._put_others(module.id, others)

    def get(self, module_id, contents=False, lock=False):
        """One module, or ModuleNotFound."""
        row = tables.Module
        if lock:
            self._connection.execute(sa.select(row.id).where(
                row.id == module_id).with_for_update()).first()
        found = self._connection.execute(_query().where(
            row.id == module_id, ~row.deleted)).first()
        if found is None:
            raise ModuleNotFound(module_id=module_id)
        return self._module(found, contents)

    def list(self, project_id=None, visible=None, limit=None, marker=None,
             stores=None):
        """Modules by id from after ``marker`` on.

        ``project_id``: those of a project and of all projects; None gives
        those of everybody. ``stores``: those for one of these datastores;
        None among them stands for modules of no datastore.
        """
        row = tables.Module
        query = _query().where(~row.deleted).order_by(row.id)
        if project_id is not None:
            query = query.where(sa.or_(row.tenant_id == project_id,
                                       row.tenant_id.is_(None)))
        if visible is not None:
            query = query.where(row.visible == visible)
        if stores is not None:
            query = query.where(sa.or_(*(
                row.datastore_id.is_(None) if one is None
                else row.datastore_id == one for one in stores)))
        if marker is not None:
            query = query.where(row.id > marker)
        if limit is not None:
            query = query.limit(limit)
        return [self._module(found, False)
                for found in self._connection.execute(query)]

    def same(self, module):
        """Ids of modules that only differ from this one in what they do."""
        row = tables.Module
        query = sa.select(row.id).where(
            ~row.deleted, row.name == module.name, row.type == module.type)
        for column, value in ((row.tenant_id, module.project_id),
                              (row.datastore_id, module.datastore_id),
                              (row.datastore_version_id, module.version_id)):
            query = query.where(column.is_(None) if value is None
                                else column == value)
        return self._connection.execute(query).scalars().all()

    def change(self, module_id, contents=None, **facts):
        """Store other facts, and contents if there are any."""
        row = tables.Module
        values = {_COLUMNS.get(name, name): value
                  for name, value in facts.items()}
        if contents is not None:
            values['contents'], *others = self._sealed(module_id, contents)
            self._drop_others(module_id)
            self._put_others(module_id, others)
        self._connection.execute(sa.update(row).where(
            row.id == module_id).values(**values, updated=types.utcnow()))

    def delete(self, module_id):
        """End a module; its contents are gone."""
        row = tables.Module
        self._connection.execute(sa.update(row).where(
            row.id == module_id).values(
                deleted=True, deleted_at=types.utcnow(), contents=None))
        self._drop_others(module_id)
        applied = tables.InstanceModule
        self._connection.execute(sa.delete(applied).where(
            applied.module_id == module_id))

    # --- on instances

    def put_result(self, instance_id, module_id, md5, status, message):
        """Note what became of a module on an instance."""
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        upsert.upsert(self._connection, tables.InstanceModule, [{
            'instance_id': instance_id, 'module_id': module_id, 'md5': md5,
            'status': status, 'message': message, 'created': now,
            'updated': now}], ('instance_id', 'module_id'), _RESULT)

    def of(self, instance_id):
        """What is on an instance, the newest first."""
        row = tables.InstanceModule
        found = self._connection.execute(sa.select(row).where(
            row.instance_id == instance_id).order_by(
                row.updated.desc(), row.module_id)).all()
        known = self._known([one.module_id for one in found])
        return [objects.Applied(
            module=known.get(one.module_id), **{
                name: getattr(one, name) for name in (
                    'instance_id', 'module_id', 'md5', 'status', 'message',
                    'created', 'updated')}) for one in found]

    def take_away(self, instance_id, module_id=None):
        """A module, or all, are on an instance no more."""
        row = tables.InstanceModule
        gone = sa.delete(row).where(row.instance_id == instance_id)
        if module_id is not None:
            gone = gone.where(row.module_id == module_id)
        self._connection.execute(gone)

    def users(self, module_id, project_id=None, clustered=True, limit=None,
              marker=None):
        """(id of an instance, md5 of what it has) by id."""
        row, one = tables.InstanceModule, tables.Instance
        query = sa.select(row.instance_id, row.md5).join(
            one, one.id == row.instance_id).where(
                row.module_id == module_id, ~one.deleted).order_by(
                    row.instance_id)
        if project_id is not None:
            query = query.where(one.tenant_id == project_id)
        if not clustered:
            query = query.where(one.cluster_id.is_(None))
        if marker is not None:
            query = query.where(row.instance_id > marker)
        if limit is not None:
            query = query.limit(limit)
        return [tuple(found) for found in self._connection.execute(query)]

    def counts(self, module_id, project_id=None, clustered=True):
        """How many instances have which form of a module."""
        row, one = tables.InstanceModule, tables.Instance
        query = sa.select(
            row.md5, sa.func.count(), sa.func.min(row.updated),
            sa.func.max(row.updated)).join(
                one, one.id == row.instance_id).where(
                    row.module_id == module_id, ~one.deleted).group_by(
                        row.md5).order_by(row.md5)
        if project_id is not None:
            query = query.where(one.tenant_id == project_id)
        if not clustered:
            query = query.where(one.cluster_id.is_(None))
        return [objects.Count(md5=md5, instances=count, first=first,
                              last=last)
                for md5, count, first, last
                in self._connection.execute(query)]

    def _known(self, ids):
        """{id: module} of those that there are, by one statement."""
        row = tables.Module
        if not ids:
            return {}
        return {found.id: self._module(found, False)
                for found in self._connection.execute(_query().where(
                    row.id.in_(ids), ~row.deleted))}

    def _module(self, row, contents):
        return objects.Module(
            **{name: getattr(row, name) for name in _SAME},
            project_id=row.tenant_id, version_id=row.datastore_version_id,
            datastore_name=row.datastore_name,
            version_name=row.version_name,
            contents=self._open(row) if contents else None)

    def _sealed(self, module_id, contents):
        return [self._keyring.seal(
            contents[at:at + _PIECE].encode(), _place(module_id, number))
            for number, at in enumerate(range(0, len(contents), _PIECE))]

    def _open(self, row):
        other = tables.ModulePiece
        others = self._connection.execute(
            sa.select(other.number, other.contents).where(
                other.module_id == row.id).order_by(other.number))
        return ''.join(self._keyring.open(
            sealed, _place(row.id, number)).decode()
            for number, sealed in ((0, row.contents), *others))

    def _put_others(self, module_id, sealed):
        for number, one in enumerate(sealed, 1):
            self._connection.execute(sa.insert(tables.ModulePiece), {
                'module_id': module_id, 'number': number, 'contents': one})

    def _drop_others(self, module_id):
        other = tables.ModulePiece
        self._connection.execute(sa.delete(other).where(
            other.module_id == module_id))


def _query():
    row, version, store = tables.Module, tables.Version, tables.Datastore
    return sa.select(
        row, store.name.label('datastore_name'),
        version.name.label('version_name')).join_from(
            row, store, store.id == row.datastore_id, isouter=True).join(
                version, version.id == row.datastore_version_id,
                isouter=True)


def _place(module_id, number):
    return ('module:%s' % module_id
            + (':%d' % number if number else '')).encode()
