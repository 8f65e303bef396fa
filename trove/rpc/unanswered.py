# SPDX-License-Identifier: Apache-2.0
"""Calls that a guest agent has taken and not answered yet, in a file.

An agent that was killed in the middle of one tells so when it is back:
whoever waits would otherwise do so to the end of his patience.
"""

import json
import logging
import os
import threading

LOG = logging.getLogger(__name__)

#: What an agent says that is back.
CODE = 'agent_restarted'


class Unanswered:
    """The calls at ``path``, a file that only the agent reads.

    It outlives the process, and not a loss of power: it is written at every
    call, and what it is for is a matter of minutes.
    """

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        self._calls = {}
        #: Those of the process before this one.
        self.left = self._read()

    def begin(self, content):
        """A call was taken."""
        if content.get('call_id'):
            with self._lock:
                self._calls[content['call_id']] = {
                    word: content.get(word)
                    for word in ('call_id', 'inbox', 'method')}
                self._write()

    def end(self, content):
        """It was answered, or there is nobody to take the answer."""
        with self._lock:
            if self._calls.pop(content.get('call_id'), None):
                self._write()

    def _read(self):
        try:
            with open(self._path, encoding='utf-8') as stream:
                found = json.load(stream)
        except (FileNotFoundError, ValueError):     # cut off: a power loss
            return []
        return list(found.values()) if isinstance(found, dict) else []

    def _write(self):
        part = self._path + '.part'
        try:
            with open(part, 'w', encoding='utf-8',
                      opener=lambda path, flags: os.open(path, flags, 0o600)
                      ) as stream:
                json.dump(self._calls, stream)
            os.replace(part, self._path)
        except OSError as error:
            # A full disk must not keep the agent from what it is asked.
            LOG.error('a call is not written down, so that a restart would '
                      'forget it: %s', error)
