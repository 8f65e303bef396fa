# SPDX-License-Identifier: Apache-2.0
"""Runs the builder in namespaces of its own.

Every mount and every process of a build lives in a mount and a process
namespace that the kernel takes down with the builder, even one that was
killed: no mount and no daemon of a package is ever left behind.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys

from imagebuilder import errors

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(BaseException):
    """The person or program that started the build wants it to end."""


def inside(work):
    """Call ``work`` in namespaces of its own and return its exit code."""
    if os.geteuid() != 0:
        raise errors.BuildError(
            'building an image needs root: run it with sudo')
    # A process that has left its process namespace can start no other once
    # the first one in the new namespace has ended: a child leaves, not us.
    return _child(lambda: _leave(work))


def _leave(work):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWPID) != 0:
        reason = os.strerror(ctypes.get_errno())
        print('trove-image: this machine does not let root make namespaces '
              f'({reason}): run the builder on the machine itself or in a '
              'privileged container', file=sys.stderr)
        return 1

    def first():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        return _first_process(work)

    return _child(first)


def _child(work):
    """Do ``work`` in a child, which hears of our signals; its exit code."""
    child = os.fork()
    if child == 0:
        os._exit(work())
    for number in STOPPING:
        signal.signal(number,
                      lambda *_: os.kill(child, signal.SIGTERM))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _first_process(work):
    """Be process 1 of the new namespace; a second signal changes nothing."""
    def stop(number, _frame):
        for each in STOPPING:
            signal.signal(each, signal.SIG_IGN)
        _end_all_others()
        raise Stopped(number)

    for number in STOPPING:
        signal.signal(number, stop)
    for argv in (['mount', '--make-rprivate', '/'],
                 ['mount', '-t', 'proc', 'proc', '/proc']):
        done = subprocess.run(argv, check=False, stderr=subprocess.PIPE,
                              text=True)
        if done.returncode != 0:
            complaint = (done.stderr.strip() or 'no reason given'
                         ).splitlines()[0]
            print(f'trove-image: "{" ".join(argv)}" failed ({complaint}). '
                  'In a chroot, / must be a mount point and /proc there: '
                  'bind its directory upon itself (mount --bind DIR DIR) '
                  'before, or run the builder on the machine itself',
                  file=sys.stderr)
            return 1
    return work()


def _end_all_others():
    """Kill what the build started and see it gone.

    A package manager whose caller has ended would go on writing into what
    is about to be removed.
    """
    if os.getpid() != 1:
        raise RuntimeError('only the first process of a namespace may')
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
