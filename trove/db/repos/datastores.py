# SPDX-License-Identifier: Apache-2.0
"""Datastores, versions, their bindings and their parameters."""

import uuid

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db.repos import upsert
from trove.objects import datastore as datastores

FLAVOR, VOLUME_TYPE = 'flavor', 'volume_type'


class DatastoreNotFound(exception.NotFound):
    """No such datastore."""

    template = 'Datastore %(datastore)s does not exist.'


class VersionNotFound(exception.NotFound):
    """No such version of the datastore."""

    template = 'Datastore version %(version)s does not exist.'


class VersionAmbiguous(exception.Conflict):
    """Several versions have the name and differ by their number."""

    template = ('Several versions are called %(version)s; name one by its '
                'version number or its id.')


class VersionInUse(exception.Conflict):
    """Something is still made of the version."""

    template = ('Datastore version %(version)s is in use by instances, '
                'backups or configuration groups.')


class Datastores:
    """Datastores, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def list(self, active_only=False):
        """All datastores by name, their versions in them.

        ``active_only`` leaves out inactive versions, and datastores that
        have no active one.
        """
        stores = self._connection.execute(_STORES).all()
        versions = self._versions(active_only)
        return [datastores.Datastore(
            id=store.id, name=store.name,
            default_version_id=store.default_version_id,
            versions=tuple(versions.get(store.id, ())))
            for store in stores if not active_only or store.id in versions]

    def find(self, name_or_id):
        """One datastore with all its versions, or DatastoreNotFound."""
        for store in self.list():
            if name_or_id in (store.id, store.name):
                return store
        raise DatastoreNotFound(datastore=name_or_id)

    def version(self, datastore_id, name_or_id, number=None):
        """One version of a datastore, by id, or by name and number.

        Raises VersionNotFound, or VersionAmbiguous when several versions
        of the name differ by a number that was not given.
        """
        named = []
        for version in self.find(datastore_id).versions:
            if version.id == name_or_id:
                return version
            if version.name == name_or_id and number in (
                    None, version.number):
                named.append(version)
        if not named:
            raise VersionNotFound(version=name_or_id)
        if len(named) > 1:
            raise VersionAmbiguous(version=name_or_id)
        return named[0]

    def version_by_id(self, version_id):
        """A version of any datastore, or VersionNotFound."""
        for versions in self._versions(
                False, tables.Version.id == version_id).values():
            return versions[0]
        raise VersionNotFound(version=version_id)

    def put_datastore(self, name, default_version=None):
        """Make a datastore unless it is there, and set its default version.

        ``default_version`` is a version's name or id; '' for none, None
        leaves it as it is. Gives the datastore.
        """
        upsert.upsert(
            self._connection, tables.Datastore,
            [{'id': str(uuid.uuid4()), 'name': name}], ('name',))
        store = self.find(name)
        if default_version is not None:
            version_id = self.version(
                store.id, default_version).id if default_version else None
            self._connection.execute(sa.update(tables.Datastore).where(
                tables.Datastore.id == store.id).values(
                    default_version_id=version_id))
        return self.find(name)

    def put_version(self, datastore, name, manager, active=True, number=None,
                    image_id=None, image_tags=(), packages=(),
                    registry_ext=None, repl_strategy=None, version_id=None):
        """Make a version, or change the one of that name and number.

        Gives the version. ``number`` falls back to the name.
        """
        store = self.find(datastore)
        number = number or name
        values = {
            'manager': manager, 'active': active, 'image_id': image_id,
            'image_tags': list(image_tags), 'packages': list(packages),
            'registry_ext': registry_ext, 'repl_strategy': repl_strategy}
        upsert.upsert(
            self._connection, tables.Version,
            [{'id': version_id or str(uuid.uuid4()),
              'datastore_id': store.id, 'name': name, 'version': number,
              **values}], ('datastore_id', 'name', 'version'),
            tuple(values))
        return self.version(store.id, name, number)

    def change_version(self, version_id, **changes):
        """Change some of a version's values, named as in Version."""
        columns = {'name': 'name', 'manager': 'manager', 'active': 'active',
                   'number': 'version', 'image_id': 'image_id',
                   'image_tags': 'image_tags', 'packages': 'packages',
                   'registry_ext': 'registry_ext',
                   'repl_strategy': 'repl_strategy'}
        values = {columns[name]: list(value) if name in (
            'image_tags', 'packages') else value
            for name, value in changes.items()}
        if values and not self._connection.execute(
                sa.update(tables.Version).where(
                    tables.Version.id == version_id).values(
                        **values)).rowcount:
            raise VersionNotFound(version=version_id)
        return self.version_by_id(version_id)

    def remove_version(self, version_id):
        """Remove a version that nothing undeleted is made of."""
        self.version_by_id(version_id)
        if not self.is_unused(version_id):
            raise VersionInUse(version=version_id)
        for table in (tables.Instance, tables.Backup):
            self._connection.execute(sa.update(table).where(
                table.datastore_version_id == version_id).values(
                    datastore_version_id=None))
        for table in (tables.Configuration, tables.Binding,
                      tables.Parameter):
            self._connection.execute(sa.delete(table).where(
                table.datastore_version_id == version_id))
        self._connection.execute(sa.update(tables.Datastore).where(
            tables.Datastore.default_version_id == version_id).values(
                default_version_id=None))
        self._connection.execute(sa.delete(tables.Version).where(
            tables.Version.id == version_id))

    def is_unused(self, version_id):
        """Whether nothing that is not deleted is made of a version."""
        return not any(
            self._connection.execute(sa.select(table.id).where(
                table.datastore_version_id == version_id,
                ~table.deleted).limit(1)).first()
            for table in (tables.Instance, tables.Backup,
                          tables.Configuration))

    def remove_datastore(self, datastore_id):
        """Remove a datastore that has no versions."""
        self._connection.execute(sa.delete(tables.Datastore).where(
            tables.Datastore.id == datastore_id))

    def bind_flavors(self, version_id, flavor_ids):
        """Allow these flavors; with none bound all are allowed."""
        self._bind(version_id, FLAVOR, flavor_ids)

    def unbind_flavor(self, version_id, flavor_id):
        """Take a flavor from the allowed ones; whether it was there."""
        return self._unbind(version_id, FLAVOR, flavor_id)

    def bind_volume_types(self, version_id, volume_types):
        """Allow these volume types; with none bound all are allowed."""
        self._bind(version_id, VOLUME_TYPE, volume_types)

    def unbind_volume_type(self, version_id, volume_type):
        """Take a volume type from the allowed; whether it was there."""
        return self._unbind(version_id, VOLUME_TYPE, volume_type)

    def parameters(self, version_id):
        """The tunable parameters of a version, by name."""
        row = tables.Parameter
        return [datastores.Parameter(
            name=found.name, version_id=found.datastore_version_id,
            type=found.data_type, restart_required=found.restart_required,
            minimum=found.min_size, maximum=found.max_size)
            for found in self._connection.execute(sa.select(row).where(
                row.datastore_version_id == version_id).order_by(row.name))]

    def put_parameters(self, version_id, parameters):
        """Store parameters; those of the same name are replaced."""
        rows = [{'datastore_version_id': version_id, 'name': one.name,
                 'restart_required': one.restart_required,
                 'data_type': one.type, 'min_size': one.minimum,
                 'max_size': one.maximum} for one in parameters]
        if rows:
            upsert.upsert(
                self._connection, tables.Parameter, rows,
                ('datastore_version_id', 'name'),
                ('restart_required', 'data_type', 'min_size', 'max_size'))

    def remove_parameters(self, version_id, name=None):
        """Remove all parameters of a version, or one; how many went."""
        row = tables.Parameter
        gone = sa.delete(row).where(row.datastore_version_id == version_id)
        if name is not None:
            gone = gone.where(row.name == name)
        return self._connection.execute(gone).rowcount

    def _bind(self, version_id, key, values):
        if values:
            upsert.upsert(
                self._connection, tables.Binding,
                [{'datastore_version_id': version_id, 'key': key,
                  'value': value} for value in values],
                ('datastore_version_id', 'key', 'value'))

    def _unbind(self, version_id, key, value):
        row = tables.Binding
        return bool(self._connection.execute(sa.delete(row).where(
            row.datastore_version_id == version_id, row.key == key,
            row.value == value)).rowcount)

    def _versions(self, active_only, condition=None):
        """Versions by datastore id, in two statements."""
        query = _ACTIVE_VERSIONS if active_only else _VERSIONS
        if condition is not None:
            query = query.where(condition)
        bound = {}
        for binding in self._connection.execute(_BINDINGS):
            bound.setdefault((binding.datastore_version_id, binding.key),
                             []).append(binding.value)
        found = {}
        for version in self._connection.execute(query):
            found.setdefault(version.datastore_id, []).append(
                _version(version, bound))
        return found


# Building these statements costs more than running them: once is enough.
_STORES = sa.select(tables.Datastore).order_by(tables.Datastore.name)
_BINDINGS = sa.select(tables.Binding).order_by(tables.Binding.value)
_VERSIONS = sa.select(
    tables.Version, tables.Datastore.name.label('datastore_name')
).join_from(
    tables.Version, tables.Datastore,
    tables.Datastore.id == tables.Version.datastore_id
).order_by(tables.Version.name, tables.Version.version)
_ACTIVE_VERSIONS = _VERSIONS.where(tables.Version.active.is_(True))


def _version(row, bound):
    return datastores.Version(
        id=row.id, datastore_id=row.datastore_id,
        datastore_name=row.datastore_name, name=row.name,
        number=row.version, manager=row.manager, active=row.active,
        image_id=row.image_id, image_tags=tuple(row.image_tags),
        packages=tuple(row.packages), registry_ext=row.registry_ext,
        repl_strategy=row.repl_strategy,
        flavor_ids=tuple(bound.get((row.id, FLAVOR), ())),
        volume_types=tuple(bound.get((row.id, VOLUME_TYPE), ())))
