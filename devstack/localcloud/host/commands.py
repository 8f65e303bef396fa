# SPDX-License-Identifier: Apache-2.0
"""Run a program of the system with a time limit and a clear error."""

import contextlib
import contextvars
import os
import subprocess

from localcloud.host import errors

_kept = contextvars.ContextVar('kept', default=())


@contextlib.contextmanager
def keeping(stream):
    """Let the programs that run meanwhile hold a file open as well.

    If it carries a lock and this process is killed, the lock lasts until
    the program it left behind has ended, too.
    """
    token = _kept.set((*_kept.get(), stream.fileno()))
    try:
        yield
    finally:
        _kept.reset(token)


def run(*args, stdin=None, timeout_s=30.0):
    """Run a program and give what it wrote; HostError if it fails."""
    words = [os.fspath(arg) for arg in args]
    try:
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True,
            stdin=subprocess.DEVNULL if stdin is None else None,
            timeout=timeout_s, check=False, env=_environment(),
            pass_fds=_kept.get())
    except subprocess.TimeoutExpired as error:
        raise errors.HostError(
            f'{words[0]} took more than {timeout_s:g} s.') from error
    except OSError as error:
        raise errors.HostError(
            f'{words[0]} cannot be run: {error.strerror}.') from error
    if done.returncode:
        raise errors.HostError(_sentence(words, done))
    return done.stdout


def succeeds(*args, timeout_s=30.0):
    """Whether a program ends well; for questions, not for work."""
    try:
        run(*args, timeout_s=timeout_s)
    except errors.HostError:
        return False
    return True


def _environment():
    # The sbin folders are missing from the path of many an ordinary shell,
    # and messages are read by programs, so they are wanted in one language.
    path = os.environ.get('PATH', '/usr/bin:/bin')
    return {**os.environ, 'LC_ALL': 'C',
            'PATH': f'{path}:/usr/local/sbin:/usr/sbin:/sbin'}


def _sentence(words, done):
    lines = [line.strip() for line in
             (done.stderr or done.stdout or '').splitlines() if line.strip()]
    said = lines[0] if lines else 'it said nothing'
    called = ' '.join(words[:6])
    return f'"{called}" ended with {done.returncode}: {said}'
