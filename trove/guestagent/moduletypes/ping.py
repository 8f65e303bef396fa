# SPDX-License-Identifier: Apache-2.0
"""A module that only answers: it shows that modules work."""

from trove.guestagent.moduletypes import base

_LONGEST = 200


class Ping(base.ModuleType):
    """Contents: ``message = words``, which come back."""

    def apply(self, contents):
        """Answer with the message."""
        message = base.settings(contents).get('message')
        if not message:
            raise base.BadContents(reason='there is no line '
                                          '"message = words".')
        return message[:_LONGEST]

    def remove(self):
        """There is nothing to remove."""
