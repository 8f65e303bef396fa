# SPDX-License-Identifier: Apache-2.0
"""Values that are memory, held against the memory of a server.

Which parameters are, the engine's control half says. A value that alone is
as large as all the server has cannot be had: the engine would not start, or
be killed by the kernel in the middle of its work.
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


def check(deps: deps_.Deps, manager: str | None, values: Values,
          ram_mb: int, where: str) -> None:
    """Raise AboveMemory for the first value that does not fit.

    ``where`` is what has so much memory, for the sentence.
    """
    if manager is None or not values or not ram_mb:
        return      # old rows do not say how much they have
    known = deps.datastores.get(manager).memory_parameters
    for name, value in values.items():
        unit = known.get(name.lower().replace('-', '_'))
        if unit is None or not isinstance(value, int | float):
            continue
        if value * unit >= ram_mb * _MB:
            raise AboveMemory(name=name, value=value, where=where,
                              mb=value * unit // _MB, ram_mb=ram_mb)


def flavor(flavor_id: str) -> str:
    """How a flavor is called in the sentence."""
    return 'flavor %s' % flavor_id


def instance(instance_id: str) -> str:
    """How an instance is called in the sentence."""
    return 'instance %s' % instance_id
