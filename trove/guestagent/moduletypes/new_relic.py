# SPDX-License-Identifier: Apache-2.0
"""The licence of New Relic's infrastructure agent."""

import os
import re

from trove.common import exception
from trove.guestagent.moduletypes import base
from trove.guestkit import files
from trove.guestkit import shell

_PROGRAM = '/usr/bin/newrelic-infra'
_CONFIG = '/etc/newrelic-infra.yml'
_SERVICE = 'newrelic-infra.service'
_KEY = re.compile(r'[A-Za-z0-9]{16,64}')


class AgentMissing(exception.NotSupported):
    """The image has no agent that could use the licence."""

    template = ('The guest image does not have the New Relic '
                'infrastructure agent.')


class NewRelicLicense(base.ModuleType):
    """Contents: ``license_key = KEY``; the agent is restarted with it."""

    def __init__(self, root='/', run=shell.run):
        self._root = root
        self._run = run

    def apply(self, contents):
        """Write the licence and restart the agent."""
        key = base.settings(contents).get('license_key', '')
        if not _KEY.fullmatch(key):
            raise base.BadContents(reason='there is no line '
                                          '"license_key = KEY".')
        if not os.path.exists(self._path(_PROGRAM)):
            raise AgentMissing()
        files.write(self._path(_CONFIG), 'license_key: %s\n' % key)
        self._run(['systemctl', 'restart', _SERVICE])
        return 'The agent reports under the licence.'

    def remove(self):
        """Stop the agent and remove the licence."""
        if os.path.exists(self._path(_CONFIG)):
            self._run(['systemctl', 'stop', _SERVICE])
        files.remove(self._path(_CONFIG))

    def _path(self, absolute):
        return os.path.join(self._root, absolute.lstrip('/'))
