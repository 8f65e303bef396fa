# SPDX-License-Identifier: Apache-2.0
"""Ini files, as the MySQL family reads them."""

import dataclasses
import re
import typing

from trove.datastores import interfaces
from trove.guestkit import configfiles

_SPECIAL = re.compile(r"""[#;'"\\]""")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IniLayers(configfiles.Layers):
    """The layers of an engine that reads one section of ini files."""

    section: str

    suffix: typing.ClassVar[str] = '.cnf'
    include: typing.ClassVar[str] = '!includedir %s'

    def text(self, values: interfaces.Item) -> str:
        """The text of a layer with these values."""
        return ini(self.section, values)


def ini(section: str, values: interfaces.Item) -> str:
    """Ini text; None stands for a flag, booleans for 1 and 0."""
    lines = ['[%s]' % section]
    for name, value in values.items():
        if isinstance(value, bool):
            value = int(value)
        text = configfiles.line(name, value)
        lines.append(name if value is None
                     else '%s = %s' % (name, _quoted(text)))
    return '\n'.join(lines) + '\n'


def _quoted(text: str) -> str:
    """As it is read back, letter by letter.

    Bare, "#" ends a value, quotes around it fall off, a backslash changes
    what follows, and blanks at the ends are lost.
    """
    if text == text.strip() and not _SPECIAL.search(text):
        return text
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"')
