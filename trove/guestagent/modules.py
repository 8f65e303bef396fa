# SPDX-License-Identifier: Apache-2.0
"""Modules of this server: applied in their order, with results on disk.

Each has a folder with its contents (mode 0600) and what became of it. The
same form of a module is applied once: asking again gives the result that is
kept, so that whoever lost an answer may ask again.
"""

import base64
import binascii
import datetime
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
_NAME = re.compile(r'[A-Za-z0-9_.-]{1,255}')
_LONGEST = 255

#: What of a module is kept with its result.
_FACTS = ('id', 'name', 'type', 'md5', 'datastore', 'datastore_version',
          'tenant', 'auto_apply', 'visible', 'is_admin', 'priority_apply',
          'apply_order')


class ModuleNotApplied(exception.NotFound):
    """The server does not have the module."""

    template = 'Module %(module_id)s is not applied.'


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

    def remove(self, module_id):
        """Take a module away, or ModuleNotApplied."""
        with self._lock:
            for path, result in self._kept():
                if result['id'] == module_id:
                    self._find(result['type']).remove()
                    shutil.rmtree(path)
                    return
        raise ModuleNotApplied(module_id=module_id)

    def _apply(self, module):
        path = self._path(module)
        kept = files.read_json(os.path.join(path, _RESULT)) or {}
        if (kept.get('md5') == module['md5'] and kept['status'] == OK
                and not module.get('again')):
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
            contents = base64.b64decode(module['contents'], validate=True)
            files.write(os.path.join(path, _CONTENTS), contents)
            message = self._find(module['type']).apply(contents)
        except (exception.TroveError, OSError) as error:
            LOG.warning('module %s: %s', module['id'], error)
            return ERROR, str(error)
        except binascii.Error:
            return ERROR, 'The contents are not base64.'
        LOG.info('module %s (%s) is applied', module['id'], module['type'])
        return OK, message or ''

    def _path(self, module):
        for name in (module['type'], module['id']):
            if not _NAME.fullmatch(name) or name.startswith('.'):
                raise exception.BadRequest('%r is no name of a module.'
                                           % name)
        return os.path.join(self._folder, FOLDER, module['type'],
                            module['id'])

    def _kept(self):
        top = os.path.join(self._folder, FOLDER)
        for folder, _, names in os.walk(top):
            if _RESULT in names:
                yield folder, files.read_json(os.path.join(folder, _RESULT))


def _now():
    now = datetime.datetime.now(datetime.UTC)
    return now.strftime('%Y-%m-%d %H:%M:%S.%f')
