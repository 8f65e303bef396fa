# SPDX-License-Identifier: Apache-2.0
"""Modules of this server: applied in their order, with results on disk.

Each has a folder with its contents (mode 0600) and what became of it. The
same form of a module is applied once: asking again gives the result that is
kept, so that whoever lost an answer may ask again.
"""

import base64
import binascii
import datetime
import hashlib
import logging
import os
import re
import shutil
import threading

from trove.common import exception
from trove.guestagent import moduletypes
from trove.guestkit import files

LOG = logging.getLogger(__name__)

OK, ERROR = 'OK', 'ERROR'
FOLDER = 'modules'

_CONTENTS = 'contents.dat'
_RESULT = 'result.json'
_COMING = 'modules.coming'
_MOST_PIECES = 1024
_NAME = re.compile(r'[A-Za-z0-9_.-]{1,255}')
_LONGEST = 255

#: What of a module is kept with its result.
_FACTS = ('id', 'name', 'type', 'md5', 'datastore', 'datastore_version',
          'tenant', 'auto_apply', 'visible', 'is_admin', 'priority_apply',
          'apply_order')


class ModuleNotApplied(exception.NotFound):
    """The server does not have the module."""

    template = 'Module %(module_id)s is not applied.'


class PiecesMissing(exception.BadRequest):
    """Contents that came in pieces are not there as they were sent."""

    template = ('The contents did not arrive whole; apply the module again.')


class Modules:
    """The modules in ``folder``; ``find(name)`` gives a type."""

    def __init__(self, folder, find=moduletypes.find):
        self._folder = folder
        self._find = find
        self._lock = threading.Lock()

    def list(self):
        """Results of all modules, the newest first."""
        found = [result for _, result in self._kept()]
        return sorted(found, key=lambda one: one['updated'], reverse=True)

    def apply(self, wanted):
        """Apply modules in the order they come in; their results.

        A failure is a result, and keeps none of the others from being
        applied. ``again`` with a module: also one that is there already.
        """
        with self._lock:
            return [self._apply(one) for one in wanted]

    def take(self, module_id, number, text):
        """Keep a part of a module's contents until it is applied.

        The same part may come twice; number 0 begins anew.
        """
        if not 0 <= number < _MOST_PIECES:
            raise exception.BadRequest('%d is no number of a piece.'
                                       % number)
        with self._lock:
            path = self._coming(module_id)
            if number == 0:
                _drop(path)
            files.folder(os.path.dirname(path), 0o700)
            files.folder(path, 0o700)
            files.write(os.path.join(path, str(number)), text)

    def remove(self, module_id):
        """Take a module away, or ModuleNotApplied."""
        with self._lock:
            for path, result in self._kept():
                if result['id'] == module_id:
                    self._find(result['type']).remove()
                    shutil.rmtree(path)
                    _drop(self._coming(module_id))
                    return
        raise ModuleNotApplied(module_id=module_id)

    def _apply(self, module):
        path = self._path(module)
        kept = files.read_json(os.path.join(path, _RESULT)) or {}
        if (kept.get('md5') == module['md5'] and kept['status'] == OK
                and not module.get('again')):
            _drop(self._coming(module['id']))
            return kept
        files.folder(os.path.dirname(path), 0o700)
        files.folder(path, 0o700)
        status, message = self._try(module, path)
        now = _now()
        result = {**{name: module.get(name) for name in _FACTS},
                  'status': status, 'message': message[:_LONGEST],
                  'created': kept.get('created') or now, 'updated': now}
        files.write_json(os.path.join(path, _RESULT), result)
        return result

    def _try(self, module, path):
        try:
            contents = _decoded(self._texts(module))
            files.write(os.path.join(path, _CONTENTS), contents)
            message = self._find(module['type']).apply(contents)
        except (exception.TroveError, OSError) as error:
            LOG.warning('module %s: %s', module['id'], error)
            return ERROR, str(error)
        except binascii.Error:
            return ERROR, 'The contents are not base64.'
        LOG.info('module %s (%s) is applied', module['id'], module['type'])
        return OK, message or ''

    def _texts(self, module):
        """The contents as they came: at once, or in pieces ahead."""
        if not module.get('pieces'):
            yield module['contents']
            return
        path = self._coming(module['id'])
        found = hashlib.md5(usedforsecurity=False)
        for number in range(module['pieces']):
            text = files.read(os.path.join(path, str(number))) or ''
            found.update(text.encode())
            yield text
        if found.hexdigest() != module['md5']:
            raise PiecesMissing()
        _drop(path)

    def _coming(self, module_id):
        _check_name(module_id)
        return os.path.join(self._folder, _COMING, module_id)

    def _path(self, module):
        for name in (module['type'], module['id']):
            _check_name(name)
        return os.path.join(self._folder, FOLDER, module['type'],
                            module['id'])

    def _kept(self):
        top = os.path.join(self._folder, FOLDER)
        for folder, _, names in os.walk(top):
            if _RESULT in names:
                yield folder, files.read_json(os.path.join(folder, _RESULT))


def _decoded(texts):
    """Bytes of a base64 text that comes in pieces: one at a time, since
    the agent has little memory."""
    found, rest = bytearray(), ''
    for text in texts:
        text = rest + ''.join(text.split())
        whole = len(text) - len(text) % 4
        found += base64.b64decode(text[:whole], validate=True)
        rest = text[whole:]
    found += base64.b64decode(rest, validate=True)
    return bytes(found)


def _drop(folder):
    shutil.rmtree(folder, ignore_errors=True)


def _check_name(name):
    if not _NAME.fullmatch(name) or name.startswith('.'):
        raise exception.BadRequest('%r is no name of a module.' % name)


def _now():
    now = datetime.datetime.now(datetime.UTC)
    return now.strftime('%Y-%m-%d %H:%M:%S.%f')
