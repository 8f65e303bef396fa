# SPDX-License-Identifier: Apache-2.0
"""Finding datastores and versions, and choosing one for an instance."""

import uuid

from trove.common import exception
from trove.db import session
from trove.objects import datastore
from trove.operations import deps as deps_


class DatastoreNotFound(exception.NotFound):
    """No such datastore."""

    template = 'Datastore %(datastore)s does not exist.'


class VersionNotFound(exception.NotFound):
    """No such version of the datastore."""

    template = 'Datastore version %(version)s does not exist.'


class NoDefault(exception.BadRequest):
    """Nothing was named and there is no default."""

    template = 'Name a %(noun)s: there is no default one.'


class VersionAmbiguous(exception.BadRequest):
    """Several versions have the name."""

    template = ('Several versions of %(datastore)s are called %(version)s; '
                'name one by version_number or by id.')


class VersionInactive(exception.BadRequest):
    """The version may not be used for new instances."""

    template = ('Version %(version)s of %(datastore)s is not active; name '
                'another one.')


class VersionMismatch(exception.BadRequest):
    """The version is another datastore's."""

    template = 'Version %(version)s is not a version of %(datastore)s.'


class StillUsed(exception.BadRequest):
    """A datastore that has versions stays."""

    template = 'Datastore %(datastore)s still has versions; delete them first.'


def listing(deps: deps_.Deps, everything: bool
            ) -> list[datastore.Datastore]:
    """All datastores by name; active ones unless ``everything``."""
    with deps.db.reader() as tx:
        found = tx.datastores.list(active_only=not everything)
    return sorted(found, key=lambda item: item.name)


def find(deps: deps_.Deps, name_or_id: str, everything: bool
         ) -> datastore.Datastore:
    """One datastore by name or id, or DatastoreNotFound.

    Unless ``everything``, one without an active version counts as absent.
    """
    for found in listing(deps, everything):
        if name_or_id in (found.id, found.name):
            return found
    raise DatastoreNotFound(datastore=name_or_id)


def version(store: datastore.Datastore, name_or_id: str,
            number: str | None = None) -> datastore.Version:
    """One version of a datastore; by name only if the name is unique."""
    for found in store.versions:
        if found.id == name_or_id:
            return found
    named = [found for found in store.versions
             if found.name == name_or_id
             and number in (None, found.number)]
    if not named:
        raise VersionNotFound(version=name_or_id)
    if len(named) > 1:
        raise VersionAmbiguous(datastore=store.name, version=name_or_id)
    return named[0]


def version_by_id(deps: deps_.Deps, version_id: str, everything: bool
                  ) -> datastore.Version:
    """A version of any datastore by its id, or VersionNotFound."""
    for store in listing(deps, everything):
        for found in store.versions:
            if found.id == version_id:
                return found
    raise VersionNotFound(version=version_id)


@session.retried
def delete(deps: deps_.Deps, name_or_id: str) -> None:
    """Remove a datastore, unless it has versions."""
    with deps.db.writer() as tx:
        store = tx.datastores.find(name_or_id)
        if store.versions:
            raise StillUsed(datastore=store.name)
        tx.datastores.remove_datastore(store.id)


def choose(deps: deps_.Deps, store_ref: str | None,
           version_ref: str | None, number: str | None,
           active: bool = True) -> datastore.Version:
    """The version that a request for something new means.

    It must be in use, unless ``active`` is False.
    """
    stores = listing(deps, True)
    store = _chosen_store(deps, stores, store_ref, version_ref)
    found = _chosen_version(stores, store, version_ref, number)
    if active and not found.active:
        raise VersionInactive(datastore=store.name, version=found.name)
    return found


def _chosen_store(deps: deps_.Deps, stores: list[datastore.Datastore],
                  store_ref: str | None, version_ref: str | None
                  ) -> datastore.Datastore:
    if store_ref is None and _is_id(version_ref):
        for store in stores:
            if any(found.id == version_ref for found in store.versions):
                return store
    ref = store_ref or deps.conf.default_datastore
    for store in stores:
        if ref and ref in (store.id, store.name):
            return store
    if store_ref:
        raise DatastoreNotFound(datastore=store_ref)
    raise NoDefault(noun='datastore')


def _chosen_version(stores: list[datastore.Datastore],
                    store: datastore.Datastore, version_ref: str | None,
                    number: str | None) -> datastore.Version:
    if version_ref is None and number is None:
        for found in store.versions:
            if found.id == store.default_version_id:
                return found
        raise NoDefault(noun='version of ' + store.name)
    if version_ref is None:
        version_ref = _name_of(store, number)
    try:
        return version(store, version_ref, number)
    except VersionNotFound:
        if any(found.id == version_ref for other in stores
               for found in other.versions):
            raise VersionMismatch(version=version_ref,
                                  datastore=store.name) from None
        raise


def _name_of(store: datastore.Datastore, number: str | None) -> str:
    """The name of the one version that has this number."""
    names = {found.name for found in store.versions
             if found.number == number}
    if len(names) != 1:
        raise VersionNotFound(version='number %s' % number)
    return names.pop()


def _is_id(text: str | None) -> bool:
    try:
        return text is not None and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
