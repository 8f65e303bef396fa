# SPDX-License-Identifier: Apache-2.0
"""What a type of modules is."""

import abc

from trove.common import exception

_LONGEST = 65536


class BadContents(exception.BadRequest):
    """The contents are none that the type understands."""

    template = 'The contents of the module cannot be used: %(reason)s'


class ModuleType(abc.ABC):
    """Brings modules of one type to the server and takes them away.

    Both may run twice, and after an attempt that stopped anywhere. What
    goes wrong is raised as a TroveError whose words a tenant may read: no
    part of the contents belongs there.
    """

    @abc.abstractmethod
    def apply(self, contents):
        """Take the contents (bytes) into service; a word on it."""

    @abc.abstractmethod
    def remove(self):
        """Leave nothing of it."""


def settings(contents):
    """``name = value`` lines as a dict; empty lines and # lines are left
    out."""
    if len(contents) > _LONGEST:
        raise BadContents(reason='they are too long.')
    try:
        text = contents.decode()
    except UnicodeDecodeError:
        raise BadContents(reason='they are not text in UTF-8.') from None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith('#'):
            continue
        name, sign, value = line.partition('=')
        if not sign:
            raise BadContents(reason='line %d is not name = value.' % number)
        found[name.strip()] = value.strip()
    return found
