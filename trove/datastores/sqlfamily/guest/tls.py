# SPDX-License-Identifier: Apache-2.0
"""Encrypted connections of the MySQL family.

A generation is a folder with certificate, key, authority, mode and the
settings that name them; ``current`` points to the one that counts, and the
engine reads its settings through it. So one rename changes everything at
once, and a machine that dies in the middle has the old state or the new one.
All of it lies on the root disk.

Who must show a certificate of its own is a matter of each account: an
account is told so when the engine really runs in mode mtls and no earlier,
for until then nobody could come in.
"""

import abc
import contextlib
import glob
import os
import shutil
import tempfile

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import inifile
from trove.guestkit import certificates
from trove.guestkit import configfiles
from trove.guestkit import files

BUILTIN = 'builtin'
OFF = 'off'
ENFORCED = 'enforced'
MTLS = 'mtls'

_CURRENT = 'current'
_GENERATION = 'generation.'
_SETTINGS = 'settings.cnf'
_MODE = 'mode'
_LOOSEN = 'loosen'
_CERTIFICATE = 'server-cert.pem'
_KEY = 'server-key.pem'
_AUTHORITY = 'ca.pem'

# What an account must show is compared by us: where mysql.user is a view, its
# texts may have the collation of an older version, which fits to no other.
_STRANGERS = ('SELECT user, host, ssl_type FROM mysql.user WHERE '
              "host NOT IN ('localhost', '127.0.0.1', '::1')")


class SqlTls(interfaces.Tls):
    """TLS of an engine that reads ``layers``; its files are in ``folder``.

    ``exempt`` are users that no certificate is asked of: the engine's own.
    """

    def __init__(self, connector: connection.Connector,
                 layers: inifile.IniLayers, folder: str,
                 exempt: interfaces.Names) -> None:
        self._connector = connector
        self._layers = layers
        self._folder = folder
        # root from outside is a tenant.
        self._exempt = frozenset(exempt) - {'root'}

    # --- what engines do differently

    @abc.abstractmethod
    def _offered(self) -> interfaces.Item:
        """Settings of a mode in which TLS is offered, but for the files."""

    @abc.abstractmethod
    def _refused(self) -> interfaces.Item:
        """Settings without TLS."""

    @abc.abstractmethod
    def _reload(self, engine: connection.Connection) -> None:
        """Let the engine read the files anew; StatementRefused: it cannot."""

    @abc.abstractmethod
    def _speaks(self, engine: connection.Connection) -> bool:
        """Whether the running engine offers TLS."""

    @abc.abstractmethod
    def _speaks_of_itself(self, engine: connection.Connection) -> bool:
        """Whether this engine offers TLS in mode builtin."""

    def _authority(self, given: interfaces.Certificate) -> str:
        """What certificates are held against, PEM.

        BadCertificate where the engine would refuse its own.
        """
        return given.authority

    # --- the interface

    def configure(self, mode: str,
                  certificate: interfaces.Certificate | None) -> bool:
        """Be in this mode from now on; True: from the next start on."""
        before = self._generation()
        made = self._make(mode, certificate)
        self._switch(made)
        try:
            late = self._follow(mode)
        except connection.StatementRefused:
            self._back_to(before, made)
            raise
        self._sweep()
        return late

    def mode(self) -> str:
        """The mode the engine is configured for."""
        return files.read(self._path(_MODE)) or BUILTIN

    def certificate(self) -> str | None:
        """The certificate that clients are shown, PEM; None: none."""
        if self.mode() in (OFF, BUILTIN):
            return None
        return files.read(self._path(_CERTIFICATE))

    # --- for the engine and for users

    def settle(self) -> None:
        """Ask of accounts what the mode asks; the engine has just started.

        For the moment since then, an account that existed before mode mtls
        is only made to encrypt.
        """
        with self._connector.open() as engine:
            self._settle(engine)

    def requirement(self, engine: connection.Connection) -> str:
        """What a new account has to be told in ``CREATE USER``."""
        asks = self.mode() == MTLS and self._runs(engine)
        return ' REQUIRE X509' if asks else ''

    # --- files

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, _CURRENT, name)

    def _generation(self) -> str | None:
        try:
            return os.readlink(os.path.join(self._folder, _CURRENT))
        except FileNotFoundError:
            return None

    def _make(self, mode: str,
              certificate: interfaces.Certificate | None) -> str:
        """A new generation, which nobody uses yet."""
        owner = self._layers.owner
        files.folder(self._folder, 0o700, owner)
        made = tempfile.mkdtemp(prefix=_GENERATION, dir=self._folder)
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, made)
            self._fill(made, mode, certificate)
            undo.pop_all()
        return made

    def _fill(self, made: str, mode: str,
              certificate: interfaces.Certificate | None) -> None:
        owner = self._layers.owner
        shutil.chown(made, owner, owner)
        for name, text in self._certificate(certificate).items():
            files.write(os.path.join(made, name), text, 0o600, owner)
        if mode not in (OFF, BUILTIN):
            certificates.check(*(os.path.join(made, name) for name in (
                _CERTIFICATE, _KEY, _AUTHORITY)))
        if self.mode() == MTLS != mode or os.path.exists(
                self._path(_LOOSEN)):
            files.write(os.path.join(made, _LOOSEN), '', 0o600, owner)
        files.write(os.path.join(made, _MODE), mode, 0o600, owner)
        files.write(os.path.join(made, _SETTINGS), inifile.ini(
            self._layers.section, self._settings(mode)), 0o600, owner)

    def _certificate(self, given: interfaces.Certificate | None
                     ) -> dict[str, str]:
        if given is not None:
            return {_CERTIFICATE: given.certificate, _KEY: given.key,
                    _AUTHORITY: self._authority(given)}
        kept = {name: files.read(self._path(name))
                for name in (_CERTIFICATE, _KEY, _AUTHORITY)}
        return {name: text for name, text in kept.items() if text}

    def _settings(self, mode: str) -> interfaces.Item:
        if mode == BUILTIN:
            return {}
        if mode == OFF:
            return self._refused()
        return {**self._offered(),
                'ssl_cert': self._path(_CERTIFICATE),
                'ssl_key': self._path(_KEY),
                'ssl_ca': self._path(_AUTHORITY),
                'require_secure_transport': mode in (ENFORCED, MTLS)}

    def _switch(self, generation: str) -> None:
        link = os.path.join(self._folder, _CURRENT)
        _point(link, os.path.basename(generation))
        files.sync_folder(self._folder)
        self._layers.link(configfiles.AFTER_USER, 'tls',
                          self._path(_SETTINGS))

    def _back_to(self, before: str | None, made: str) -> None:
        if before is None:
            self._switch(self._make(BUILTIN, None))
        else:
            self._switch(before)
            with self._connector.open() as engine:
                self._reload(engine)
        shutil.rmtree(made)

    def _sweep(self) -> None:
        kept = self._generation()
        for path in glob.glob(os.path.join(self._folder, _GENERATION + '*')):
            if os.path.basename(path) != kept:
                shutil.rmtree(path)

    # --- the running engine

    def _follow(self, mode: str) -> bool:
        """Change the running engine if it can be; True: it cannot."""
        try:
            with self._connector.open() as engine:
                if mode == OFF:
                    return self._speaks(engine)
                if mode == BUILTIN:
                    return self._runs(engine) or (
                        self._speaks(engine)
                        != self._speaks_of_itself(engine))
                if not self._runs(engine):
                    return True
                self._reload(engine)
                engine.run('SET GLOBAL require_secure_transport = %s',
                           int(mode in (ENFORCED, MTLS)))
                self._settle(engine)
        except connection.EngineAway:
            return True
        return False

    def _runs(self, engine: connection.Connection) -> bool:
        """Whether the engine was started with our certificate."""
        return self._speaks(engine) and engine.run(
            'SELECT @@GLOBAL.ssl_cert') == ((self._path(_CERTIFICATE),),)

    def _settle(self, engine: connection.Connection) -> None:
        mode = self.mode()
        if mode == MTLS:
            if self._runs(engine):
                self._demand(engine, ('', 'ANY'), 'X509')
            return
        # Without an authority nobody can show a certificate that counts:
        # an account of a restored server would be locked out.
        if os.path.exists(self._path(_LOOSEN)) or not engine.run(
                'SELECT @@GLOBAL.ssl_ca')[0][0]:
            self._demand(engine, ('X509',), 'NONE')
            files.remove(self._path(_LOOSEN))

    def _demand(self, engine: connection.Connection, now: tuple[str, ...],
                what: str) -> None:
        for user, host, asked in engine.run(_STRANGERS):
            if asked in now and user not in self._exempt:
                engine.run('ALTER USER %%s@%%s REQUIRE %s' % what, user,
                           host)


def _point(link: str, target: str) -> None:
    interim = link + '.new'
    files.remove(interim)
    os.symlink(target, interim)
    os.replace(interim, link)
