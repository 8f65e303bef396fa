# SPDX-License-Identifier: Apache-2.0
"""Whom a secret or container is shown to, beside or instead of its
project."""
from localcloud import errors
from localcloud import web
from localcloud.keymanager import access

ROUTES = web.Routes('key-manager', '/key-manager/v1')
_PATHS = ('/<any(secrets, containers):kind>/<doc_id>/acl',)


@ROUTES.get(*_PATHS)
def show(call, kind, doc_id):
    """The rule of reading."""
    doc = access.need(call, kind[:-1], doc_id)
    access.check_write(call, doc)
    return {'read': {'users': doc['readers'],
                     'project-access': doc['project_access']}}


@ROUTES.route('PUT PATCH', *_PATHS)
def change(call, kind, doc_id):
    """Replace the rule, or with PATCH what is named of it."""
    asked = call.json().get('read')
    if not isinstance(asked, dict):
        raise errors.BadRequest("The body must have an object 'read'.")
    partly = call.request.method == 'PATCH'
    with call.store.transaction():
        doc = access.need(call, kind[:-1], doc_id)
        access.check_write(call, doc)
        call.store.update(
            kind[:-1], doc_id,
            readers=list(asked.get('users',
                                   doc['readers'] if partly else ())),
            project_access=bool(asked.get(
                'project-access',
                doc['project_access'] if partly else True)))
    path = f'/key-manager/v1/{kind}/{doc_id}/acl'
    return {'acl_ref': call.url(path)}


@ROUTES.delete(*_PATHS)
def reset(call, kind, doc_id):
    """The project may read, as in the beginning."""
    with call.store.transaction():
        doc = access.need(call, kind[:-1], doc_id)
        access.check_write(call, doc)
        call.store.update(kind[:-1], doc_id, readers=[],
                          project_access=True)
    return 200, None
