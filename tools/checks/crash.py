# SPDX-License-Identifier: Apache-2.0
"""Every trouble at every instant of every flow: does it end done or undone?

    trovestack check crash              the whole matrix, cloud in memory
    trovestack check crash --share 0.1  an evenly spread part of it
    trovestack check crash --http       real adapters, the one-machine cloud
                                        (its machines faked), each request
                                        going wrong in each way
    trovestack check crash --real 20    kill -9 of real processes of the
                                        stack, 20 times

The matrix kills the taskmanager (or freezes it past its lease, or lets a
call to cloud, broker, guest or database fail in each way it may) at every
instant of every step, doing and undoing, and the API between all it does.
"""

import argparse
import collections
import functools
import itertools
import logging
import multiprocessing
import os
import pathlib
import random
import sys
import tempfile
import time

from stack import settings as settings_module
from stack.inside import tenant
from trove.tests.e2e import kills
from trove.tests.fixtures import http_cloud
from trove.tests.fixtures import matrix
from trove.tests.fixtures import situations

_LINE_S = 15
_BATCH = 25
_place = None


def main(arguments=None):
    """Run the cases; exit status 1 when one does not converge."""
    options = _options().parse_args(arguments)
    logging.disable(logging.CRITICAL)
    if options.real:
        return _kill(options)
    with tempfile.TemporaryDirectory(
            prefix='check-crash-', dir=_memory()) as directory:
        return _run(options, directory)


def _options():
    parser = argparse.ArgumentParser(
        prog='check crash', description=__doc__.split('\n')[0])
    parser.add_argument('--share', type=float, default=1.0,
                        help='part of the cases to run (default: all)')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--only', default='',
                        help='situations whose name has this in it')
    parser.add_argument('--http', action='store_true',
                        help='a cloud over HTTP instead of one in memory')
    parser.add_argument('--real', type=int, default=0, metavar='KILLS',
                        help='that many kills of processes of the stack')
    parser.add_argument('--processes', type=int, default=os.cpu_count())
    return parser


def _kill(options):
    killer = kills.Killer(
        settings_module.load(), tenant.Tenant('trovestack-demo'),
        tenant.Tenant('trovestack-admin'), options.seed)
    results = []
    while len(results) < options.real:
        found = killer.round()
        results += found
        for one in found:
            print('  %s' % one, flush=True)
    good = sum(one.good for one in results)
    print('%d cases, %d converged, %d orphans, %d doubles' % (
        len(results), good, sum(len(one.orphans) for one in results),
        sum(one.doubles for one in results)))
    return 0 if good == len(results) else 1


def _memory():
    """Databases of a second's life belong into memory."""
    memory = pathlib.Path('/dev/shm')   # noqa: S108  a new directory in it
    return memory if memory.is_dir() else None


def _run(options, directory):
    untried = [] if options.http else situations.unknown()
    known = list(http_cloud.VERBS if options.http else situations.find())
    names = [name for name in known if options.only in name]
    if not names:
        print('No situation has "%s" in its name: %s' % (
            options.only, '; '.join(sorted(known))))
        return 1
    with multiprocessing.Pool(options.processes, _start,
                              (directory, options.http)) as pool:
        cases = [case for some in pool.imap_unordered(_find, names, 1)
                 for case in some]
        cases = random.Random(  # noqa: S311  hides nothing
            options.seed).sample(
                cases, max(1, round(options.share * len(cases))))
        if not options.only and not options.http:
            untried += pool.apply(_untried)
        print('%d situations, %d cases' % (len(names), len(cases)),
              flush=True)
        count = _play(pool, cases)
    for words in untried:
        print('  not tried: %s' % words)
    print('%d cases, %d converged, %d orphans, %d doubles' % (
        len(cases), count['good'], count['orphan'], count['double']))
    return 0 if count['good'] == len(cases) and not untried else 1


def _play(pool, cases):
    count = collections.Counter()
    began = said = time.monotonic()
    number = 0
    for tried in pool.imap_unordered(_try, _batches(cases), 1):
        number += len(tried)
        for case, wrong in tried:
            count['good'] += not wrong
            count.update(words.partition(':')[0] for words in wrong)
            if wrong:
                print('  %s\n      %s' % (case, '\n      '.join(wrong)),
                      flush=True)
        if time.monotonic() - said > _LINE_S:
            said = time.monotonic()
            print('%5.0f s  %d of %d' % (said - began, number, len(cases)),
                  flush=True)
    print('%5.0f s' % (time.monotonic() - began))
    return count


def _batches(cases):
    """Cases of one situation together: a process has to know its end."""
    cases = sorted(cases, key=lambda case: (
        case.situation, case.fails or '', case.at or 0))
    for _, some in itertools.groupby(cases, lambda case: case.situation):
        while batch := list(itertools.islice(some, _BATCH)):
            yield batch


def _start(directory, http):
    global _place
    _place = directory, http


@functools.cache
def _worker():
    """Made by the first task: of what fails in the start of a process the
    pool tells nobody, and starts another one."""
    directory, http = _place
    kind = http_cloud.Place if http else matrix.Matrix
    return kind(tempfile.mkdtemp(dir=directory))


def _find(name):
    return list(_worker().cases_of(name))


def _untried():
    return _worker().untried()


def _try(batch):
    return [(case, _worker().run(case)) for case in batch]


if __name__ == '__main__':
    sys.exit(main())
