# SPDX-License-Identifier: Apache-2.0
"""Encrypted connections of MySQL and Percona Server."""

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import tls

#: What the server makes for itself in its data folder.
_BUILTIN: interfaces.Item = {
    'ssl_cert': 'server-cert.pem', 'ssl_key': 'server-key.pem',
    'ssl_ca': 'ca.pem', 'require_secure_transport': False}


class MysqldTls(tls.SqlTls):
    """It is never without TLS, and takes other files while it runs."""

    can_be_off = False

    def _offered(self) -> interfaces.Item:
        return {'tls_version': 'TLSv1.2,TLSv1.3'}

    def _refused(self) -> interfaces.Item:
        raise exception.NotSupported(feature='Switching TLS off',
                                     subject='this engine')

    def _speaks(self, engine: connection.Connection) -> bool:
        return True

    def _speaks_of_itself(self, engine: connection.Connection) -> bool:
        return True

    def _reload(self, engine: connection.Connection) -> None:
        mode = self.mode()
        wanted = _BUILTIN if mode == tls.BUILTIN else self._settings(mode)
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
