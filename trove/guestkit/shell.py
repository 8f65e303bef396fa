# SPDX-License-Identifier: Apache-2.0
"""Run a command, as a user, with a time limit.

Commands are lists and never pass through a shell. Secrets do not belong in
them: hand those over by ``stdin`` or in files of mode 0600.
"""

import logging
import os
import signal
import subprocess
import time

from trove.guestkit import errors

LOG = logging.getLogger(__name__)

_ENVIRONMENT = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8'}
_OOM_SCORE = '/proc/%d/oom_score_adj'
_LAST_WORDS = 2000
_CHECK_S = 1.0


def run(argv, timeout_s=30, user=None, stdin=None, accept=(0,), check=None):
    """Run ``argv`` and give its CompletedProcess, with text outputs.

    A code that is not in ``accept`` raises CommandFailed with the command's
    last words; after ``timeout_s`` its whole process group is killed, and so
    it is when ``check``, called about once a second, raises.
    """
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors='replace',
        env=_ENVIRONMENT, cwd='/', start_new_session=True,
        **identity(user))
    _expose(process)
    try:
        out, err = _outputs(process, stdin, timeout_s, check)
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


def _expose(process):
    """Take the agent's protection from being killed for want of memory.

    A command inherits it. One that needs too much is to end itself, not to
    have the engine killed in its place.
    """
    path = _OOM_SCORE % process.pid
    try:
        with open(path, encoding='ascii') as score:
            protected = int(score.read()) < 0
        if protected:
            with open(path, 'w', encoding='ascii') as score:
                score.write('0')
    except OSError as error:        # as of one that has ended already
        LOG.debug('command %d: %s', process.pid, error)


def _outputs(process, stdin, timeout_s, check):
    if check is None:
        return process.communicate(stdin, timeout=timeout_s)
    deadline = time.monotonic() + timeout_s
    while True:
        left_s = deadline - time.monotonic()
        try:
            return process.communicate(
                stdin, timeout=max(0, min(_CHECK_S, left_s)))
        except subprocess.TimeoutExpired:
            if left_s <= 0:
                raise
        check()
        stdin = None        # all of it is on its way since the first time


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
