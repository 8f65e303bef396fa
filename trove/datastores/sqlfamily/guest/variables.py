# SPDX-License-Identifier: Apache-2.0
"""Global variables of a running engine: all are set, or none."""

import logging
import re
import typing

from trove.common import exception
from trove.datastores.sqlfamily.guest import connection

LOG = logging.getLogger(__name__)

_NAME = re.compile(r'[a-z0-9_.]+')

#: Some, such as the size of a cache, take the engine a while.
_TIMEOUT_S = 120

Values: typing.TypeAlias = dict[str, typing.Any]


class ValueRefused(exception.Unprocessable):
    """The engine does not run with this value."""

    template = '%(name)s cannot be %(value)s: %(reason)s'


class SqlVariables:
    """The engine's global variables."""

    def __init__(self, connector: connection.Connector) -> None:
        self._connector = connector

    def apply(self, values: Values) -> Values:
        """Set variables and give what the engine says they are now.

        The engine is asked in its strict mode, in which it says no where it
        would otherwise take the nearest value.
        """
        with self._connector.open(_TIMEOUT_S) as session:
            before = {name: _running(session, name) for name in values}
            try:
                return {name: _set(session, name, value)
                        for name, value in values.items()}
            except (ValueRefused, connection.StatementRefused):
                for name, value in before.items():
                    _put_back(session, name, value)
                raise


def _set(session: connection.Connection, name: str,
         value: typing.Any) -> typing.Any:
    try:
        session.run('SET GLOBAL %s = %%s' % name, value)
    except connection.StatementRefused as error:
        raise ValueRefused(name=name, value=value,
                           reason=error.facts['reason']) from error
    running = _running(session, name)
    if isinstance(value, int | float) and not isinstance(
            running, str) and running != value:
        raise ValueRefused(name=name, value=value,
                           reason='the engine made %s of it' % running)
    return running


def _running(session: connection.Connection, name: str) -> typing.Any:
    if not _NAME.fullmatch(name):
        raise ValueRefused(name=name, value='set',
                           reason='this is no name of a variable')
    try:
        return session.run('SELECT @@GLOBAL.%s' % name)[0][0]
    except connection.StatementRefused as error:
        raise ValueRefused(name=name, value='set',
                           reason=error.facts['reason']) from error


def _put_back(session: connection.Connection, name: str,
              value: typing.Any) -> None:
    try:
        session.run('SET GLOBAL %s = %%s' % name, value)
    except connection.StatementRefused as error:
        # It ran with this value a moment ago; the files still have it.
        LOG.error('%s could not be put back: %s', name, error)
