# SPDX-License-Identifier: Apache-2.0
"""Encrypted connections of MariaDB."""

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import tls


class MariaDBTls(tls.SqlTls):
    """MariaDB can be without TLS, and reads its files anew when asked."""

    can_be_off = True

    def _offered(self) -> interfaces.Item:
        return {'ssl': True, 'tls_version': 'TLSv1.2,TLSv1.3'}

    def _refused(self) -> interfaces.Item:
        return {'ssl': False}

    def _reload(self, engine: connection.Connection) -> None:
        engine.run('FLUSH SSL')

    def _speaks(self, engine: connection.Connection) -> bool:
        return engine.run('SELECT @@GLOBAL.have_ssl') == (('YES',),)

    def _speaks_of_itself(self, engine: connection.Connection) -> bool:
        # Newer ones make up a certificate at each start.
        word = engine.run('SELECT version()')[0][0]
        major, minor = word.split('.')[:2]
        return (int(major), int(minor)) >= (11, 4)
