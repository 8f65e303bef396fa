# SPDX-License-Identifier: Apache-2.0
"""Room on the disk: asked for before work begins, told when it ran out."""

import contextlib
import shutil

from imagebuilder import commands
from imagebuilder import errors

ADVICE = 'free some space or choose another --image-dir'


@contextlib.contextmanager
def for_work(folder, title, needed_mb):
    """Raise BuildError with the figures where ``folder`` lacks the room.

    Others fill the same disk while we work: that is told too.
    """
    free_mb = _free_mb(folder)
    if free_mb < needed_mb:
        raise errors.BuildError(
            f'{folder} has {free_mb} MB left and the {title} needs '
            f'{needed_mb} MB: {ADVICE}')
    try:
        yield
    except errors.FullDisk as error:
        raise errors.BuildError(_ran_out(folder, title, needed_mb)
                                ) from error
    except OSError as error:
        if commands.full_disk(error):
            raise errors.BuildError(_ran_out(folder, title, needed_mb)
                                    ) from error
        raise


def _ran_out(folder, title, needed_mb):
    return (f'the disk of {folder} is full: the {title} needs {needed_mb} MB '
            f'and {_free_mb(folder)} MB are left now; {ADVICE}')


def _free_mb(folder):
    return shutil.disk_usage(folder).free // 2 ** 20
