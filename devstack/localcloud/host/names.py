# SPDX-License-Identifier: Apache-2.0
"""The kernel's names for the cloud's things, derived from their ids.

After a restart nothing has to be remembered: what belongs to this cloud is
known by its prefix, and what belongs to an id by the digits made from it.
"""

import hashlib
import re

from localcloud.host import errors

_ID = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z')
_PREFIX = re.compile(r'[a-z][a-z0-9]{0,3}\Z')
_LONGEST_INTERFACE = 15


def checked(identity):
    """The id, if it may become part of a path; HostError otherwise."""
    if not _ID.match(str(identity)):
        raise errors.HostError(f'{identity!r} is no usable id.')
    return str(identity)


class Names:
    """All names under one prefix."""

    def __init__(self, prefix):
        if not _PREFIX.match(prefix):
            raise errors.HostError(
                f'The prefix {prefix!r} must be one to four small letters '
                f'or digits, a letter first.')
        self.prefix = prefix
        self.table = f'{prefix}_cloud'
        self.cgroup = f'{prefix}_cloud'
        self.ports = f'{prefix}-p'          # how the host ends begin
        self.bridges = f'{prefix}-n'

    def bridge(self, network_id):
        """The interface that stands for a network on the host."""
        return self._interface(self.bridges, network_id)

    def port(self, port_id):
        """The host's end of a port."""
        return self._interface(self.ports, port_id)

    def machine(self, server_id):
        """The name of a machine and of its network namespace."""
        return f'{self.prefix}-m{_digits(server_id, 12)}'

    def owns(self, name):
        """Whether a name of the kernel is one of this cloud's."""
        return re.match(rf'{self.prefix}-[pnm][0-9a-f]+\Z', name) is not None

    def _interface(self, start, identity):
        return start + _digits(identity, min(
            11, _LONGEST_INTERFACE - len(start)))


def _digits(identity, count):
    return hashlib.sha256(checked(identity).encode()).hexdigest()[:count]
