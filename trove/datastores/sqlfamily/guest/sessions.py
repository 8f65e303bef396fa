# SPDX-License-Identifier: Apache-2.0
"""Sessions of users.

The engine does not end those of an account that is dropped, nor does it look
again at what one that has chosen its database may do there.
"""

import ipaddress
import re

from trove.datastores.sqlfamily.guest import connection

#: "Unknown thread id": it has ended by itself.
_GONE = 1094


def end(engine: connection.Connection, name: str, host: str) -> None:
    """End the sessions that an account may have begun.

    ``host`` is written as the engine does it. Several accounts of one name
    cannot be told apart where their hosts overlap; those of another one have
    to connect again.
    """
    for number, user, client, *_ in engine.run('SHOW PROCESSLIST'):
        if user == name and covers(
                host, (client or '').rpartition(':')[0]):
            _kill(engine, number)


def covers(host: str, address: str) -> bool:
    """Whether the host of an account stands for this client's address."""
    if '/' in host:
        try:
            return ipaddress.ip_address(address) in ipaddress.ip_network(
                host, strict=False)
        except ValueError:
            return False
    pattern = ''.join({'%': '.*', '_': '.'}.get(letter, re.escape(letter))
                      for letter in host)
    return re.fullmatch(pattern, address, re.IGNORECASE) is not None


def _kill(engine: connection.Connection, number: int) -> None:
    try:
        engine.run('KILL %s', number)
    except connection.StatementRefused as error:
        if error.facts['number'] != _GONE:
            raise
