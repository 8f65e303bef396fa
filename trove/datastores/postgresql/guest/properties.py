# SPDX-License-Identifier: Apache-2.0
"""Files of ``name = 'value'``, as PostgreSQL reads them."""

import dataclasses
import typing

from trove.datastores import interfaces
from trove.guestkit import configfiles


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PropertyLayers(configfiles.Layers):
    """The layers of the engine."""

    suffix: typing.ClassVar[str] = '.conf'
    include: typing.ClassVar[str] = "include_dir = '%s'"

    def text(self, values: interfaces.Item) -> str:
        """The text of a layer with these values."""
        return properties(values)


def properties(values: interfaces.Item) -> str:
    """Lines of ``name = 'value'``; booleans as on and off."""
    lines = []
    for name, value in values.items():
        if isinstance(value, bool):
            value = 'on' if value else 'off'
        text = configfiles.line(name, value).replace('\\', '\\\\')
        lines.append("%s = '%s'\n" % (name, text.replace("'", "''")))
    return ''.join(lines)
