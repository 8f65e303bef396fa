# SPDX-License-Identifier: Apache-2.0
"""Bodies as openstacksdk writes them, turned into the documented ones.

Its database proxy differs from the API in a few bodies. They are turned
round before they are checked, so that nothing behind knows of them; what is
not of such a form is handed on as it is.
"""


def new_instance(body):
    """The flavor is named as answers name it: ``flavor``."""
    asked = _member(body, 'instance')
    if asked is None or 'flavor' not in asked or 'flavorRef' in asked:
        return body
    asked = dict(asked)
    flavor = asked.pop('flavor')
    if isinstance(flavor, dict):
        flavor = flavor.get('id')
    return {**body, 'instance': {**asked, 'flavorRef': flavor}}


def action(body):
    """What needs no argument gets null, and a new size stands alone."""
    if not isinstance(body, dict):
        return body
    changed = {name: {} for name in _BARE
               if name in body and body[name] is None}
    resize = _member(body, 'resize')
    if resize is not None and isinstance(resize.get('volume'), int):
        changed['resize'] = {**resize, 'volume': {'size': resize['volume']}}
    return {**body, **changed}


_BARE = ('restart', 'promote_to_replica_source', 'eject_replica_source')


def new_databases(body):
    """One database stands alone: ``database``."""
    one = _member(body, 'database')
    return {'databases': [one]} if one and len(body) == 1 else body


def new_user(body):
    """One user stands where a list is expected."""
    one = _member(body, 'users')
    return body if one is None else {**body, 'users': [one]}


def _member(body, name):
    """The object of that name in a body, if there is one."""
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, dict) else None
