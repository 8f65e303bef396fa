# SPDX-License-Identifier: Apache-2.0
"""The keyring that seals what must not be read in the database."""

import datetime
import os

from trove.common import crypto
from trove.common import exception


def register(command):
    """Add the commands of this noun."""
    command(keyring_new, file={'help': 'the file to make'},
            key_id={'option': True, 'metavar': 'ID',
                    'help': 'what to call its key (default: the date)'})


def keyring_new(desk, asked):
    """Make a keyring with one random key, readable only by its owner. A
    file that is there is never replaced."""
    path = os.path.abspath(asked.file)
    key_id = asked.key_id or datetime.date.today().isoformat()
    try:
        crypto.Keyring.create(path, key_id)
    except FileExistsError as error:
        raise exception.Conflict(
            '%s exists; it is not replaced, since all that was sealed with '
            'it would be lost.' % path) from error
    except OSError as error:
        raise exception.BadRequest(
            '%s cannot be made: %s.' % (path, error.strerror)) from error
    desk.say('Keyring %s is made. Name it in [secrets] keys_file of every '
             'service.' % path)
