# SPDX-License-Identifier: Apache-2.0
"""Who may see what: the project, or those whom the ACL names."""
from localcloud import errors


def need(call, kind, doc_id):
    """A document of the caller's project; a 404 otherwise."""
    doc = call.store.get(kind, doc_id)
    if doc is None or not _visible(call, doc):
        raise errors.NotFound('Not Found. Sorry but your '
                              f'{kind} is in another castle.')
    return doc


def _visible(call, doc):
    return call.owns(doc) or call.ctx.user_id in doc['readers']


def check_read(call, doc):
    """Refuse who may not have what is inside."""
    private = not doc['project_access'] and (
        call.ctx.user_id not in (doc['creator_id'], *doc['readers']))
    outside = not call.owns(doc) and call.ctx.user_id not in doc['readers']
    reader = not call.ctx.may_write and (
        call.ctx.user_id not in doc['readers'])
    if outside or ((private or reader) and not call.ctx.is_admin):
        raise errors.Forbidden('Secret payload retrieval attempt not '
                               'allowed - please review your user/project '
                               'privileges')


def check_write(call, doc):
    """Refuse who may not change it."""
    if not call.owns(doc) or not call.ctx.may_write:
        raise errors.Forbidden('Not allowed - please review your '
                               'user/project privileges')


def traits(call):
    """What every new document notes of its maker."""
    return {'project_id': call.ctx.project_id,
            'creator_id': call.ctx.user_id, 'project_access': True,
            'readers': [], 'consumers': []}
