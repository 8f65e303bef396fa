# SPDX-License-Identifier: Apache-2.0
"""Images that are broken on purpose: one more layer on the real one."""

import json
import os
import shutil
import stat

from stack import services

UNIT = 'etc/systemd/system/trove-guestagent.service'
SERVER = 'usr/sbin/mariadbd'
# The engine initialises as ever and then refuses to start.
REFUSES = """#!/bin/sh
case " $* " in *--bootstrap*) exec /usr/sbin/mariadbd.real "$@" ;; esac
echo "[ERROR] broken on purpose" >&2
exit 1
"""


class BrokenImages:
    """Makes them into versions of the datastore, and removes them again."""

    def __init__(self, stack, operator, datastore='mariadb',
                 version='10.11'):
        self._stack = stack
        self._cloud = operator.cloud
        self._datastore = datastore
        self._number = version
        self._made = []

    def silent(self):
        """A version whose guests never say a word."""
        layer = self._layer('silent')
        (layer / UNIT).parent.mkdir(parents=True)
        (layer / UNIT).symlink_to('/dev/null')
        return self._version('silent', layer)

    def refusing(self):
        """A version whose engine refuses to start."""
        return self.replacing('refusing', SERVER, REFUSES)

    def replacing(self, name, program, script):
        """A version with a script in place of a program of the image.

        The program itself is beside it, as ``"$0".real``.
        """
        layer = self._layer(name)
        real = self._find(program)
        (layer / program).parent.mkdir(parents=True)
        shutil.copy2(real, layer / (program + '.real'))
        (layer / program).write_text(script, encoding='utf-8')
        (layer / program).chmod(0o755)
        return self._version(name, layer)

    def vanished(self):
        """A version whose image is no longer in Glance."""
        layer = self._layer('vanished')
        version = self._version('vanished', layer)
        self._cloud.image.delete_image(self._made[-1][1])
        return version

    def remove(self):
        """Withdraw the versions and remove their images and layers."""
        for name, image_id, layer in self._made:
            self._offer(name, image_id, '0')
            self._cloud.image.delete_image(image_id, ignore_missing=True)
            shutil.rmtree(layer)

    def _layer(self, name):
        layer = self._stack.images / f'e2e-{name}-{os.getpid()}'
        layer.mkdir(mode=0o755)
        layer.chmod(0o755)
        return layer

    def _manifest(self):
        return json.loads((self._stack.images / (
            f'{self._datastore}-{self._number}.json')).read_text(
                encoding='utf-8'))

    def _find(self, name):
        for layer in self._manifest()['layers']:
            path = self._stack.images / layer / name
            if path.exists() and stat.S_ISREG(path.lstat().st_mode):
                return path
        raise LookupError(f'No layer holds {name}.')

    def _version(self, name, layer):
        manifest = self._manifest()
        manifest['layers'].insert(0, layer.name)
        image = self._cloud.image.create_image(
            layer.name, data=json.dumps(manifest).encode(),
            disk_format='raw', container_format='bare', visibility='public')
        self._made.append((name, image.id, layer))
        self._offer(name, image.id, '1')
        return name

    def _offer(self, name, image_id, active):
        services.manage(
            self._stack, 'datastore_version_update', self._datastore, name,
            self._datastore, image_id, '', active, '--version',
            self._number)
