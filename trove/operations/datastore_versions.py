# SPDX-License-Identifier: Apache-2.0
"""Datastore versions, as operators make, change and remove them."""

import typing

from trove.common import exception
from trove.db import session
from trove.objects import datastore
from trove.operations import deps as deps_


class UnknownManager(exception.BadRequest):
    """No plugin of that name."""

    template = ('datastore_manager: this deployment has no manager '
                '%(manager)s; it has: %(known)s.')


class NoImage(exception.BadRequest):
    """Neither an image nor tags that find one."""

    template = 'Name an image or image_tags.'


class ImageNotFound(exception.BadRequest):
    """What is named or tagged is not there, or not active."""

    template = 'There is no active image %(wanted)s.'


class VersionExists(exception.BadRequest):
    """Datastore, name and number are taken together."""

    template = ('Datastore %(datastore)s has a version %(name)s with number '
                '%(number)s already.')


class DefaultInactive(exception.BadRequest):
    """Only an active version can be the default."""

    template = 'An inactive version cannot be the default.'


class StillUsed(exception.BadRequest):
    """Something is still made of the version."""

    template = ('Datastore version %(version)s is in use by instances, '
                'backups or configuration groups.')


def listing(deps: deps_.Deps
            ) -> list[tuple[datastore.Version, bool]]:
    """Every version and whether it is its datastore's default."""
    with deps.db.reader() as tx:
        return [(version, version.id == store.default_version_id)
                for store in tx.datastores.list()
                for version in store.versions]


def show(deps: deps_.Deps, version_id: str
         ) -> tuple[datastore.Version, bool]:
    """One version and whether it is the default, or VersionNotFound."""
    with deps.db.reader() as tx:
        version = tx.datastores.version_by_id(version_id)
        store = tx.datastores.find(version.datastore_id)
    return version, version.id == store.default_version_id


def create(deps: deps_.Deps, store_name: str, name: str, number: str | None,
           default: bool, **facts: typing.Any) -> None:
    """Check everything, then make the version and what is missing."""
    check_manager(deps.datastores, facts['manager'])
    _check_image(deps, facts['image_id'], facts['image_tags'])
    if default and not facts['active']:
        raise DefaultInactive()
    _create(deps, store_name, name, number or name, default, facts)


@session.retried
def _create(deps: deps_.Deps, store_name: str, name: str, number: str,
            default: bool, facts: dict[str, typing.Any]) -> None:
    with deps.db.writer() as tx:
        store = tx.datastores.put_datastore(store_name)
        if any((known.name, known.number) == (name, number)
               for known in store.versions):
            raise VersionExists(datastore=store_name, name=name,
                                number=number)
        made = tx.datastores.put_version(store_name, name, number=number,
                                         **facts)
        if default:
            tx.datastores.put_datastore(store_name, made.id)


def update(deps: deps_.Deps, version_id: str, default: bool | None,
           **changes: typing.Any) -> None:
    """Change what is given; tags alone take the place of an image."""
    found, _ = show(deps, version_id)
    if 'manager' in changes:
        check_manager(deps.datastores, changes['manager'])
    if changes.get('image_tags') and 'image_id' not in changes:
        changes['image_id'] = None
    if 'image_id' in changes or 'image_tags' in changes:
        _check_image(deps, changes.get('image_id', found.image_id),
                     changes.get('image_tags', found.image_tags))
    _update(deps, found, default, changes)


@session.retried
def _update(deps: deps_.Deps, found: datastore.Version,
            default: bool | None, changes: dict[str, typing.Any]) -> None:
    with deps.db.writer() as tx:
        store = tx.datastores.find(found.datastore_id)
        name = changes.get('name', found.name)
        if any((known.name, known.number) == (name, found.number)
               and known.id != found.id for known in store.versions):
            raise VersionExists(datastore=store.name, name=name,
                                number=found.number)
        after = tx.datastores.change_version(found.id, **changes)
        is_default = store.default_version_id == found.id
        if default and not after.active:
            raise DefaultInactive()
        if default:
            tx.datastores.put_datastore(store.name, found.id)
        elif default is False and is_default:
            tx.datastores.put_datastore(store.name, '')


@session.retried
def delete(deps: deps_.Deps, version_id: str) -> None:
    """Remove a version that nothing is made of, with its parameters."""
    with deps.db.writer() as tx:
        found = tx.datastores.version_by_id(version_id)
        if not tx.datastores.is_unused(version_id):
            raise StillUsed(version=found.name)
        tx.datastores.remove_version(version_id)


def check_manager(engines: deps_.Registry, manager: str) -> None:
    """Some engine of this deployment goes by that name."""
    try:
        engines.get(manager)
    except exception.NotSupported as error:
        raise UnknownManager(
            manager=manager, known=', '.join(engines.names())) from error


def _check_image(deps: deps_.Deps, image_id: str | None,
                 tags: typing.Sequence[str]) -> None:
    if not image_id and not tags:
        raise NoImage()
    try:
        if image_id:
            if deps.cloud.images.show(image_id).status != 'active':
                raise ImageNotFound(wanted=image_id)
        else:
            deps.cloud.images.newest(tuple(tags))
    except exception.NotFound as error:
        raise ImageNotFound(wanted=image_id or 'with the tags '
                            + ', '.join(tags)) from error
