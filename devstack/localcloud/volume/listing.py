# SPDX-License-Identifier: Apache-2.0
"""How Cinder lists: newest first, filters, pages."""
import ast

from localcloud import errors
from localcloud import web

CONTROL = {'all_tenants', 'limit', 'marker', 'offset', 'sort', 'sort_key',
           'sort_dir', 'with_count', 'project_id', 'usage', 'glance_metadata'}


def documents(call, kind):
    """Those that the caller asks for: another project's only if admin."""
    everything = call.ctx.is_admin and call.flag('all_tenants')
    where = {} if everything else {'project_id': call.ctx.project_id}
    if everything and call.query.get('project_id'):
        where = {'project_id': call.query['project_id']}
    docs = call.store.find(kind, **where)[::-1]
    for name in call.query:
        if name not in CONTROL:
            docs = [d for d in docs if _fits(d, name, call.query[name])]
    return _sorted(call, docs)


def _fits(doc, name, text):
    if name == 'metadata':
        try:
            wanted = ast.literal_eval(text)
        except (ValueError, SyntaxError) as error:
            raise errors.BadRequest(
                f'metadata filter {text!r}: {error}.') from error
        return wanted.items() <= doc['metadata'].items()
    fuzzy = name.endswith('~')
    name = name.rstrip('~')
    if name in ('display_name', 'display_description'):
        name = name.removeprefix('display_')
    value = doc.get(name)
    if isinstance(value, bool):
        return str(value).lower() == text.lower()
    return text in str(value) if fuzzy else str(value) == text


def _sorted(call, docs):
    keys = call.query.get('sort') or call.query.get('sort_key')
    if not keys:
        return docs
    way = call.query.get('sort_dir', 'desc')
    for part in reversed(keys.split(',')):
        key, _, its_way = part.partition(':')
        docs = sorted(docs, key=lambda d: str(d.get(key, '')),
                      reverse=(its_way or way) == 'desc')
    return docs


def answer(call, collection, docs, view):
    """A page of them."""
    count = len(docs)
    if call.query.get('offset'):
        docs = docs[web.number(call.query['offset'], 'offset', 0):]
    paged, more = web.page(call, docs)
    body = {collection: [view(call, doc) for doc in paged]}
    if more and paged:
        body[f'{collection}_links'] = [{
            'rel': 'next', 'href': web.next_link(call, paged[-1]['id'])}]
    if call.flag('with_count'):
        body['count'] = count
    return body
