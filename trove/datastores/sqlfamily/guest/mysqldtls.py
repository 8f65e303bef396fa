# SPDX-License-Identifier: Apache-2.0
"""Encrypted connections of MySQL and Percona Server."""

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import inifile
from trove.datastores.sqlfamily.guest import mysqldchain
from trove.datastores.sqlfamily.guest import mysqldkeys
from trove.datastores.sqlfamily.guest import tls


class MysqldTls(tls.SqlTls):
    """It is never without TLS, and takes other files while it runs.

    Mode ``builtin`` is the certificate among ``keys``.
    """

    can_be_off = False

    def __init__(self, connector: connection.Connector,
                 layers: inifile.IniLayers, folder: str,
                 exempt: interfaces.Names,
                 keys: mysqldkeys.MysqldKeys) -> None:
        super().__init__(connector, layers, folder, exempt)
        self._keys = keys

    def _offered(self) -> interfaces.Item:
        return {'tls_version': 'TLSv1.2,TLSv1.3'}

    def _refused(self) -> interfaces.Item:
        raise exception.NotSupported(feature='Switching TLS off',
                                     subject='this engine')

    def _authority(self, given: interfaces.Certificate) -> str:
        return mysqldchain.authorities(given)

    def _speaks(self, engine: connection.Connection) -> bool:
        return True

    def _speaks_of_itself(self, engine: connection.Connection) -> bool:
        return True

    def _reload(self, engine: connection.Connection) -> None:
        mode = self.mode()
        # Nobody has signed the builtin one, so nobody's clients could
        # show one of their own.
        wanted = {'ssl_ca': None, 'require_secure_transport': False,
                  **self._keys.certificate, **self._settings(mode)}
        for name in ('ssl_cert', 'ssl_key', 'ssl_ca'):
            engine.run('SET GLOBAL %s = %%s' % name, wanted[name])
        engine.run('ALTER INSTANCE RELOAD TLS')
        engine.run('SET GLOBAL require_secure_transport = %s',
                   int(wanted['require_secure_transport']))

    def _follow(self, mode: str) -> bool:
        try:
            with self._connector.open() as engine:
                self._reload(engine)
                self._settle(engine)
        except connection.EngineAway:
            return True
        return False
