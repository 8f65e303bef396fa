# SPDX-License-Identifier: Apache-2.0
"""What every Neutron collection has: filters, fields, pages, tags."""
from localcloud import clock
from localcloud import errors
from localcloud import web

CONTROL = {'fields', 'limit', 'marker', 'sort_key', 'sort_dir',
           'page_reverse', 'tags', 'tags-any', 'not-tags', 'not-tags-any'}
PLAIN = {'fixed_ips'}   # lists that have a filter language of their own


def stamp(doc):
    """The fields that every resource has."""
    now = clock.seconds(clock.now())
    return dict({'tags': [], 'description': '', 'revision_number': 1,
                 'created_at': now, 'updated_at': now}, **doc)


def view(doc):
    """A document as the API shows it: both names of the project."""
    shown = {k: v for k, v in doc.items() if not k.startswith('_')}
    shown['tenant_id'] = shown.get('project_id')
    return shown


def answer(call, collection, docs):
    """The collection, filtered, sorted, paged, cut to ?fields=."""
    shown = [view(doc) for doc in docs]
    for name in call.query:
        if name not in CONTROL:
            wanted = call.query.getlist(name)
            shown = [s for s in shown if _matches(s, name, wanted)]
    shown = _tagged(call, shown)
    for key in reversed(call.query.getlist('sort_key')):
        shown.sort(key=lambda s: str(s.get(key, '')),
                   reverse=call.query.get('sort_dir') == 'desc')
    paged, more = web.page(call, shown)
    fields = call.query.getlist('fields')
    body = {collection: [
        {f: s[f] for f in fields if f in s} if fields else s
        for s in paged]}
    if more and paged:
        body[f'{collection}_links'] = [{
            'rel': 'next', 'href': web.next_link(call, paged[-1]['id'])}]
    return body


def _matches(shown, name, wanted):
    if name == 'fixed_ips':
        return any(_fixed(ip, wanted) for ip in shown.get('fixed_ips', ()))
    if name == 'ip_address':
        return any(ip['ip_address'] in wanted
                   for ip in shown.get('fixed_ips', ()))
    if name not in shown:
        return True     # Neutron ignores what it does not know
    value = shown[name]
    if isinstance(value, bool):
        return str(value).lower() in [w.lower() for w in wanted]
    if isinstance(value, list):
        return any(w in value for w in wanted)
    return ('' if value is None else str(value)) in wanted


def _fixed(address, wanted):
    """Whether an address fits all of ip_address=..., subnet_id=..."""
    for text in wanted:
        name, _, value = text.partition('=')
        if name == 'ip_address_substr':
            if value not in address['ip_address']:
                return False
        elif address.get(name) != value:
            return False
    return True


def _tagged(call, shown):
    def asked(name):
        text = call.query.get(name)
        return set(text.split(',')) if text else None
    tests = {'tags': lambda have, want: want <= have,
             'tags-any': lambda have, want: bool(want & have),
             'not-tags': lambda have, want: not want <= have,
             'not-tags-any': lambda have, want: not want & have}
    for name, test in tests.items():
        want = asked(name)
        if want:
            shown = [s for s in shown if test(set(s.get('tags', ())), want)]
    return shown


def touch(call, kind, doc_id, **changes):
    """Change a resource; its revision grows."""
    with call.store.transaction():
        doc = call.store.get(kind, doc_id)
        return call.store.update(
            kind, doc_id, revision_number=doc['revision_number'] + 1,
            updated_at=clock.seconds(clock.now()), **changes)


def own(call, docs):
    """Those that are the caller's."""
    return [doc for doc in docs if call.owns(doc)]


def choose(body, allowed):
    """The fields of a body that may be set; a 400 for unknown ones."""
    unknown = set(body) - set(allowed) - {'tenant_id', 'project_id'}
    if unknown:
        names = ', '.join(sorted(unknown))
        raise errors.BadRequest(f"Unrecognized attribute(s) '{names}'",
                                kind='HTTPBadRequest')
    return {k: body[k] for k in allowed if k in body}


def project(call, body):
    """The project that a new resource is for."""
    return call.project_for(body.get('project_id') or body.get('tenant_id'))
