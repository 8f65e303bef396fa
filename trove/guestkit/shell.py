# SPDX-License-Identifier: Apache-2.0
"""Run a command, as a user, with a time limit.

Commands are lists and never pass through a shell. Secrets do not belong in
them: hand those over by ``stdin`` or in files of mode 0600.
"""

import os
import signal
import subprocess

from trove.guestkit import errors

_ENVIRONMENT = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8'}
_LAST_WORDS = 2000


def run(argv, timeout_s=30, user=None, stdin=None, accept=(0,)):
    """Run ``argv`` and give its CompletedProcess, with text outputs.

    A code that is not in ``accept`` raises CommandFailed with the command's
    last words; after ``timeout_s`` its whole process group is killed.
    """
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors='replace',
        env=_ENVIRONMENT, cwd='/', start_new_session=True,
        **identity(user))
    try:
        out, err = process.communicate(stdin, timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        kill_group(process)
        raise errors.CommandTimeout(
            command=argv[0], timeout_s=timeout_s) from error
    except BaseException:
        kill_group(process)
        raise
    if process.returncode not in accept:
        words = (err.strip() or out.strip())[-_LAST_WORDS:]
        raise errors.CommandFailed(command=os.path.basename(argv[0]),
                                   code=process.returncode,
                                   words=words or 'it said nothing')
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def identity(user):
    """The arguments that make Popen run a command as ``user``."""
    if user is None:
        return {}
    return {'user': user, 'group': user, 'extra_groups': ()}


def kill_group(process):
    """End a command of `run` and everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass            # it ended by itself meanwhile
    process.communicate()
