# SPDX-License-Identifier: Apache-2.0
"""Modules: make, look up, change, delete.

What admins alone may do: give a module to all projects, have it applied to
every new instance, hide it, let it go first.
"""

import dataclasses
import hashlib
import re
import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import module as objects
from trove.operations import datastores
from trove.operations import deps as deps_

#: Letters of contents that a request may bring.
MOST_CHARACTERS = 16 * 1024 ** 2

_BASE64 = re.compile(r'[A-Za-z0-9+/=\s]+', re.ASCII)

_ADMIN_ONLY = ('all_tenants', 'auto_apply', 'priority_apply', 'full_access')

Asked: typing.TypeAlias = dict[str, typing.Any]


class TypeUnknown(exception.NotFound):
    """No such type of modules here."""

    template = 'There is no module type %(type)s; there are: %(known)s.'


class ModuleExists(exception.BadRequest):
    """Another one is called the same."""

    template = ('There is a module %(name)s of type %(type)s for the same '
                'project and datastore; choose another name.')


class ContentsTooLong(exception.BadRequest):
    """Longer than the operator has them."""

    template = ('The contents of the module have %(have)d characters; at '
                'most %(most)d are taken here.')


class ModuleApplied(exception.Forbidden):
    """Instances have it, and it is not to be changed under them."""

    template = ('Module %(module_id)s is applied to %(count)d instances, and '
                'is not for live updates; remove it from them first.')


def get(ctx: context.Context, deps: deps_.Deps, module_id: str,
        contents: bool = False) -> objects.Module:
    """A module that the caller may see."""
    with deps.db.reader() as tx:
        found: objects.Module = tx.modules.get(module_id, contents)
    if not may_see(ctx, found):
        with deps.db.reader() as tx:
            tx.modules.get('')      # as one that is not there
    return found


def may_see(ctx: context.Context, found: objects.Module) -> bool:
    """Whether it exists for the caller."""
    return ctx.is_admin or (
        found.visible and found.project_id in (None, ctx.project_id))


def create(ctx: context.Context, deps: deps_.Deps, asked: Asked
           ) -> objects.Module:
    """Make a module of what a request says."""
    _check_admin(ctx, asked)
    _check_type(deps, asked['type'])
    _check_contents(deps, asked['contents'])
    now = deps.db.now()
    made = objects.Module(
        id=str(uuid.uuid4()), created=now, updated=now,
        md5=_md5(asked['contents']), is_admin=_is_admin(ctx, asked),
        project_id=None if asked.get('all_tenants') else ctx.project_id,
        **_place(deps, asked.get('datastore') or {}),
        **_plain(asked))
    return _add(deps, made)


def change(ctx: context.Context, deps: deps_.Deps, found: objects.Module,
           asked: Asked) -> objects.Module:
    """Change what a request names."""
    if found.is_admin and not ctx.is_admin:
        raise exception.Forbidden(reason='an administrator made the module.')
    _check_admin(ctx, asked)
    if 'type' in asked:
        _check_type(deps, asked['type'])
    facts = _plain(asked)
    if 'contents' in facts:
        _check_contents(deps, facts['contents'])
        facts['md5'] = _md5(facts['contents'])
    if 'all_tenants' in asked:
        facts['project_id'] = (None if asked['all_tenants']
                               else ctx.project_id)
    facts.update(_moved(deps, found, asked))
    if 'full_access' in asked:
        facts['is_admin'] = not asked['full_access'] and ctx.is_admin
    _change(deps, found.id, facts)
    with deps.db.reader() as tx:
        made: objects.Module = tx.modules.get(found.id)
    return made


def delete(ctx: context.Context, deps: deps_.Deps,
           found: objects.Module) -> None:
    """End a module."""
    if found.is_admin and not ctx.is_admin:
        raise exception.Forbidden(reason='an administrator made the module.')
    _delete(deps, found.id)


@session.retried
def _add(deps: deps_.Deps, made: objects.Module) -> objects.Module:
    with deps.db.writer() as tx:
        if tx.modules.same(made):
            raise ModuleExists(name=made.name, type=made.type)
        tx.modules.add(made)
        stored: objects.Module = tx.modules.get(made.id)
    return stored


@session.retried
def _change(deps: deps_.Deps, module_id: str, facts: Asked) -> None:
    with deps.db.writer() as tx:
        before = tx.modules.get(module_id, lock=True)
        live = facts.get('live_update', before.live_update)
        _check_idle(tx, before, live or before.live_update)
        after = dataclasses.replace(before, **{
            name: value for name, value in facts.items()
            if name != 'contents'})
        if set(tx.modules.same(after)) - {module_id}:
            raise ModuleExists(name=after.name, type=after.type)
        tx.modules.change(module_id, **facts)


@session.retried
def _delete(deps: deps_.Deps, module_id: str) -> None:
    with deps.db.writer() as tx:
        found = tx.modules.get(module_id, lock=True)
        _check_idle(tx, found, found.live_update)
        tx.modules.delete(module_id)


def _check_idle(tx: typing.Any, found: objects.Module, live: bool) -> None:
    count = 0 if live else len(tx.modules.users(found.id, limit=1000))
    if count:
        raise ModuleApplied(module_id=found.id, count=count,
                            reason='it is applied.')


def _check_admin(ctx: context.Context, asked: Asked) -> None:
    wanted = [name for name in _ADMIN_ONLY if asked.get(name)]
    if asked.get('visible') is False:
        wanted.append('visible')
    if wanted and not ctx.is_admin:
        raise exception.Forbidden(
            reason='%s is for administrators.' % ', '.join(wanted))
    if asked.get('full_access') and len(wanted) > 1:
        raise exception.BadRequest(
            'full_access does not go with options of administrators.')


def _check_type(deps: deps_.Deps, name: str) -> None:
    if name not in deps.conf.module_types:
        raise TypeUnknown(type=name,
                          known=', '.join(deps.conf.module_types))


def _check_contents(deps: deps_.Deps, contents: str) -> None:
    most = deps.conf.module_contents_most
    if len(contents) > most:
        raise ContentsTooLong(have=len(contents), most=most)
    if not _BASE64.fullmatch(contents):
        raise exception.BadRequest('module.contents: is not base64.')


def _is_admin(ctx: context.Context, asked: Asked) -> bool:
    return ctx.is_admin and not asked.get('full_access')


def _plain(asked: Asked) -> Asked:
    return {name: asked[name] for name in (
        'name', 'type', 'description', 'contents', 'auto_apply', 'visible',
        'live_update', 'priority_apply', 'apply_order') if name in asked}


def _place(deps: deps_.Deps, store: Asked) -> Asked:
    """Ids of the datastore and version that a request names."""
    if not store.get('type'):
        if store.get('version'):
            raise exception.BadRequest(
                'module.datastore: a version needs its type')
        return {'datastore_id': None, 'version_id': None}
    found = datastores.find(deps, store['type'], True)
    version_id = None
    if store.get('version'):
        version_id = datastores.choose(deps, found.id, store['version'],
                                       None, active=False).id
    return {'datastore_id': found.id, 'version_id': version_id}


def _moved(deps: deps_.Deps, found: objects.Module, asked: Asked) -> Asked:
    store = asked.get('datastore') or {}
    for flag, member in (('all_datastores', 'type'),
                         ('all_datastore_versions', 'version')):
        if asked.get(flag) and store.get(member):
            raise exception.BadRequest(
                'module: %s does not go with datastore.%s' % (flag, member))
    facts: Asked = {}
    if store:
        facts = _place(deps, {'type': found.datastore_id, **store})
    if asked.get('all_datastores'):
        facts = {'datastore_id': None, 'version_id': None}
    elif asked.get('all_datastore_versions'):
        facts = {**facts, 'version_id': None}
    return facts


def _md5(text: str) -> str:
    # What the API shows and clients compare; it protects nothing.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
