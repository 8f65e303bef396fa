# SPDX-License-Identifier: Apache-2.0
"""Which handler answers a method and a path.

pecan's walk over objects cannot say 405 with the allowed methods, nor take
a segment such as ``a.b.json`` whole, so the table is ours.
"""

import dataclasses
import re
import typing

from trove.api import errors
from trove.common import exception


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table.

    ``path`` is what follows the project id. ``policy`` names rules that the
    caller must pass for its own project before the handler runs; a handler
    of an existing object asks for its rules itself, after loading it.
    ``body`` checks the JSON body; a route without one takes no body.
    ``answer`` is the schema of the body of a success; without one there is
    no body. ``query`` names the parameters that mean something.
    """

    method: str
    path: str
    handler: typing.Callable
    policy: tuple[str, ...] = ()
    body: typing.Callable | None = None
    status: int = 200
    answer: dict | None = dataclasses.field(default=None, hash=False)
    query: tuple[str, ...] = ()


class Router:
    """The table as a tree of path segments."""

    def __init__(self, routes):
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route):
        node = self._root
        names = []
        for part in segments(route.path):
            if part.startswith('{'):
                names.append(part[1:-1])
                part = None
            node = node.children.setdefault(part, _Node())
        if route.method in node.routes:
            raise ValueError('%s %s is routed twice'
                             % (route.method, route.path))
        node.routes[route.method] = (route, tuple(names))

    def find(self, method, parts):
        """(route, path values), or NotFound or MethodNotAllowed."""
        node, values = next(_walk(self._root, parts, 0, ()), (None, None))
        if node is None:
            raise exception.NotFound('There is nothing at this path.')
        wanted = 'GET' if method == 'HEAD' else method
        if wanted in node.routes:
            route, names = node.routes[wanted]
            return route, {name: _canonical(name, value) for name, value
                           in zip(names, values, strict=True)}
        allowed = set(node.routes)
        if 'GET' in allowed:
            allowed.add('HEAD')
        raise errors.MethodNotAllowed(allow=', '.join(sorted(allowed)))


def segments(path):
    """The parts of a path; a run of slashes counts as one."""
    return re.sub('/+', '/', path).split('/')[1:]


#: Variables of paths that hold an id of ours, or else a name.
_IDS = frozenset(('id', 'iid', 'datastore', 'version', 'module'))
_UUID = re.compile('[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}')


def _canonical(name, value):
    """An id may be written in either case; the database knows one."""
    if name in _IDS and _UUID.fullmatch(value):
        return value.lower()
    return value


class _Node:
    __slots__ = ('children', 'routes')

    def __init__(self):
        self.children = {}
        self.routes = {}


def _walk(node, parts, at, values):
    """Nodes with routes that the parts lead to; plain words come first."""
    if at == len(parts):
        if node.routes:
            yield node, values
        return
    part = parts[at]
    if part in node.children and part is not None:
        yield from _walk(node.children[part], parts, at + 1, values)
    if part and None in node.children:
        yield from _walk(node.children[None], parts, at + 1,
                         values + (part,))
