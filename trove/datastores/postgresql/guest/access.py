# SPDX-License-Identifier: Apache-2.0
"""Who may come in, and how: the one writer of pg_hba.conf."""

import os

from trove.datastores.postgresql.guest import places as where
from trove.guestkit import files

OFF = 'off'
BUILTIN = 'builtin'
BASIC = 'basic'
ENFORCED = 'enforced'
MTLS = 'mtls'
MODES = (BUILTIN, OFF, BASIC, ENFORCED, MTLS)

#: The folder of TLS that counts, and the file of its mode.
CURRENT = 'current'
MODE = 'mode'

#: The user of the machine that the agent is, as the engine's superuser.
_IDENTITIES = 'agent root postgres\n'
_BEGIN = """\
# Written by the guest agent.
# The agent comes through the socket; the kernel says who it is.
local all postgres peer map=agent
host all postgres all reject
"""
_RULES = {
    ENFORCED: 'hostssl all all all scram-sha-256\n',
    MTLS: 'hostssl all all all scram-sha-256 clientcert=verify-ca\n',
}
_OPEN = 'host all all all scram-sha-256\n'


class Access:
    """The rules of access by the mode of TLS, which is kept in a file."""

    def __init__(self, places: where.Places) -> None:
        self._places = places

    def write(self) -> None:
        """Write the rules of the mode that is kept."""
        self._put(self._places.identities, _IDENTITIES)
        self._put(self._places.access,
                  _BEGIN + _RULES.get(self.mode(), _OPEN))

    def mode(self) -> str:
        """The mode that is kept."""
        return files.read(os.path.join(self._places.tls, CURRENT, MODE)
                          ) or BUILTIN

    @staticmethod
    def _put(path: str, text: str) -> None:
        if files.read(path) != text:
            files.write(path, text, 0o640, group=where.USER)
