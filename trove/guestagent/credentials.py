# SPDX-License-Identifier: Apache-2.0
"""Change the key and the broker user that this guest speaks with."""

import base64
import binascii
import configparser
import io
import logging
import os

from trove.common import exception
from trove.guestkit import files

LOG = logging.getLogger(__name__)

KEY = 'link.key'
OPTIONS = 'trove-guestagent.conf'
_KEY_BYTES = 32


class Credentials:
    """The files below ``folder`` that the agent reads when it starts.

    ``restart`` ends the agent when its work in hand is done; whoever runs
    it starts it again.
    """

    def __init__(self, folder, restart):
        self._folder = folder
        self._restart = restart

    def replace(self, key_id, key, broker_url):
        """Write new ones down, then restart.

        Both are good when this is asked, and the old broker user is only
        removed once the new key was heard. So the address is written first:
        an agent that dies between the two files comes back with either key.
        """
        _check(key_id, key, broker_url)
        self._set_url(broker_url)
        files.write_json(os.path.join(self._folder, KEY),
                         {'key_id': key_id, 'key': key})
        LOG.info('key %s is written down; the agent starts again with it',
                 key_id)
        self._restart()

    def _set_url(self, broker_url):
        path = os.path.join(self._folder, OPTIONS)
        parser = configparser.RawConfigParser(default_section='')
        parser.optionxform = str
        parser.read_string(files.read(path) or '')
        if not parser.has_section('DEFAULT'):
            parser.add_section('DEFAULT')
        # A dollar sign begins a reference in a file of oslo.config.
        parser.set('DEFAULT', 'transport_url', broker_url.replace('$', '$$'))
        text = io.StringIO()
        parser.write(text)
        files.write(path, text.getvalue(), mode=0o600)


def _check(key_id, key, broker_url):
    try:
        raw = base64.b64decode(key, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raw = b''
    if (len(raw) != _KEY_BYTES or not isinstance(key_id, str) or not key_id
            or not str(broker_url).startswith('rabbit://')):
        raise exception.BadRequest('These are no credentials of a guest.')
