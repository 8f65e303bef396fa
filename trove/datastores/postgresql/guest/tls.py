# SPDX-License-Identifier: Apache-2.0
"""Encrypted connections of PostgreSQL.

A generation is a folder with certificate, key, authority, mode and the
settings that name them; ``current`` points to the one that counts. All of
it lies on the root disk, and the engine takes a change without a restart.
Who must come how is in the rules of access.
"""

import contextlib
import glob
import os
import shutil
import tempfile

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.postgresql.guest import access
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import places as where
from trove.datastores.postgresql.guest import properties
from trove.datastores.postgresql.guest import reloading
from trove.guestkit import certificates
from trove.guestkit import configfiles
from trove.guestkit import files

_GENERATION = 'generation.'
_SETTINGS = 'settings.conf'
_CERTIFICATE = 'server.crt'
_KEY = 'server.key'
_AUTHORITY = 'ca.crt'
_FILES = (_CERTIFICATE, _KEY, _AUTHORITY)
_WITHOUT = (access.OFF, access.BUILTIN)


class UnknownMode(exception.BadRequest):
    """No such mode."""

    template = 'TLS of PostgreSQL has no mode %(mode)s.'


class NotTaken(exception.Unprocessable):
    """The engine did not take the certificate."""

    template = ('PostgreSQL did not take the certificate; the last words of '
                'its log:\n%(words)s')


class PgTls(interfaces.Tls):
    """TLS by settings and rules of access; its files are in a folder."""

    def __init__(self, places: where.Places, layers: configfiles.Layers,
                 connector: connection.Connector, door: access.Access,
                 reload: reloading.Reloader, logs: interfaces.Logs) -> None:
        self._folder = places.tls
        self._layers = layers
        self._connector = connector
        self._door = door
        self._reload = reload
        self._logs = logs

    def configure(self, mode: str,
                  certificate: interfaces.Certificate | None) -> bool:
        """Be in this mode from now on; True: from the next start on."""
        if mode not in access.MODES:
            raise UnknownMode(mode=mode)
        before = self._generation()
        made = self._make(mode, certificate)
        self._switch(made)
        if not self._reload():
            self._sweep()
            return True
        if self._speaks() != (mode not in _WITHOUT):
            words = self._logs.last_words(5)
            self._switch(before or self._make(access.BUILTIN, None))
            self._reload()
            self._sweep()
            raise NotTaken(words=words)
        self._sweep()
        return False

    def mode(self) -> str:
        """The mode the engine is configured for."""
        return self._door.mode()

    def certificate(self) -> str | None:
        """The certificate that clients are shown, PEM; None: none."""
        if self.mode() in _WITHOUT:
            return None
        return files.read(self._path(_CERTIFICATE))

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, access.CURRENT, name)

    def _generation(self) -> str | None:
        try:
            return os.path.join(self._folder, os.readlink(
                os.path.join(self._folder, access.CURRENT)))
        except FileNotFoundError:
            return None

    def _make(self, mode: str,
              certificate: interfaces.Certificate | None) -> str:
        """A new generation, which nobody uses yet."""
        files.folder(self._folder, 0o750, group=where.USER)
        made = tempfile.mkdtemp(prefix=_GENERATION, dir=self._folder)
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, made)
            files.folder(made, 0o750, group=where.USER)
            for name, text in self._texts(certificate).items():
                self._put(made, name, text)
            if mode not in _WITHOUT:
                certificates.check(*(os.path.join(made, name)
                                     for name in _FILES))
            self._put(made, access.MODE, mode)
            self._put(made, _SETTINGS, properties.properties(
                self._settings(mode)))
            undo.pop_all()
        return made

    @staticmethod
    def _put(folder: str, name: str, text: str) -> None:
        path = os.path.join(folder, name)
        if name == _KEY:
            files.write(path, text, 0o600, where.USER)
        else:
            files.write(path, text, 0o640, group=where.USER)

    def _texts(self, given: interfaces.Certificate | None
               ) -> dict[str, str]:
        if given is not None:
            return {_CERTIFICATE: given.certificate, _KEY: given.key,
                    _AUTHORITY: given.authority}
        kept = {name: files.read(self._path(name)) for name in _FILES}
        return {name: text for name, text in kept.items() if text}

    def _settings(self, mode: str) -> interfaces.Item:
        if mode in _WITHOUT:
            return {'ssl': False}
        found = {'ssl': True, 'ssl_cert_file': self._path(_CERTIFICATE),
                 'ssl_key_file': self._path(_KEY),
                 'ssl_min_protocol_version': 'TLSv1.2'}
        if mode == access.MTLS:
            # Elsewhere a client may show whatever it has.
            found['ssl_ca_file'] = self._path(_AUTHORITY)
        return found

    def _switch(self, generation: str) -> None:
        link = os.path.join(self._folder, access.CURRENT)
        interim = link + '.new'
        files.remove(interim)
        os.symlink(os.path.basename(generation), interim)
        os.replace(interim, link)
        files.sync_folder(self._folder)
        self._layers.link(configfiles.AFTER_USER, 'tls',
                          self._path(_SETTINGS))
        self._door.write()

    def _sweep(self) -> None:
        kept = self._generation()
        for path in glob.glob(os.path.join(self._folder, _GENERATION + '*')):
            if path != kept:
                shutil.rmtree(path)

    def _speaks(self) -> bool:
        """Whether the running engine offers TLS to new sessions."""
        with self._connector.open() as engine:
            return engine.run('SHOW ssl') == [('on',)]
