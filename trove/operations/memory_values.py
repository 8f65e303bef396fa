# SPDX-License-Identifier: Apache-2.0
"""Values that are memory, held against the memory of a server.

Which parameters are, the engine's control half says. A value that alone is
as large as all the server has cannot be had: the engine would not start, or
be killed by the kernel in the middle of its work. Nor can several that the
engine takes for sure, each of which would do. What its sessions may take and
give back, such as room to sort in, is not added up: nobody knows how many of
them sort at a time, and a bound on the worst case would refuse what works.
"""

import typing

from trove.common import exception
from trove.operations import configuration_values
from trove.operations import deps as deps_

_MB = 2 ** 20

Values: typing.TypeAlias = configuration_values.Values


class AboveMemory(exception.Unprocessable):
    """The server has less memory than one value asks for."""

    template = ('%(name)s: %(value)s is %(mb)d MB of memory, and %(where)s '
                'has %(ram_mb)d MB: it must be less than that.')


class AboveMemoryTogether(exception.Unprocessable):
    """The server has less memory than several values ask for."""

    template = ('%(parts)s: the engine takes %(mb)d MB of memory for these '
                'together, and %(where)s has %(ram_mb)d MB: it must be less '
                'than that.')


def check(deps: deps_.Deps, manager: str | None, values: Values,
          ram_mb: int, where: str) -> None:
    """Raise AboveMemory for the first value that does not fit.

    AboveMemoryTogether where each does and all do not. ``where`` is what has
    so much memory, for the sentence.
    """
    if manager is None or not values or not ram_mb:
        return      # old rows do not say how much they have
    plugin = deps.datastores.get(manager)
    given = _bytes(plugin.memory_parameters, values)
    for name, size in given.items():
        if size >= ram_mb * _MB:
            raise AboveMemory(name=name, value=values[name], where=where,
                              mb=size // _MB, ram_mb=ram_mb)
    taken = dict(plugin.memory_at_start(ram_mb))
    ours = {_plain(name): size for name, size in given.items()
            if _plain(name) in taken}
    taken.update(ours)
    if ours and sum(taken.values()) >= ram_mb * _MB:
        raise AboveMemoryTogether(
            parts=', '.join('%s (%d MB%s)' % (
                name, size // _MB, '' if name in ours else ' by default')
                for name, size in taken.items()),
            mb=sum(taken.values()) // _MB, where=where, ram_mb=ram_mb)


def _bytes(known: typing.Mapping[str, int], values: Values
           ) -> dict[str, int]:
    """What is memory among the values; a negative one leaves it open."""
    return {name: int(value * known[_plain(name)])
            for name, value in values.items()
            if _plain(name) in known and isinstance(value, int | float)
            and value >= 0}


def _plain(name: str) -> str:
    """The one spelling of a parameter that the control half knows."""
    return name.lower().replace('-', '_')


def flavor(flavor_id: str) -> str:
    """How a flavor is called in the sentence."""
    return 'flavor %s' % flavor_id


def instance(instance_id: str) -> str:
    """How an instance is called in the sentence."""
    return 'instance %s' % instance_id
