# SPDX-License-Identifier: Apache-2.0
"""The same verbs for every engine version, as a table.

    trovestack check conformance                          mariadb=10.11
    trovestack check conformance mysql=9.7 postgresql=17
    trovestack check conformance mysql=9.7 --only users   files of that name
    trovestack check conformance --verb pulled            tests of that name
    trovestack check conformance --quick                  what the tests run
    trovestack check conformance --resume ...             go on after a stop

Brings the stack up with images of these versions, creates instances, and
asks them through the API and through a client of the engine. Each test is
told when it has ended. A run that is stopped prints what it had come to; with
--resume what has passed before is not asked again.
"""

import argparse
import collections
import os
import re
import signal
import subprocess
import sys

from stack import images
from stack import settings as settings_module
from trove.tests.conformance import ledger

SUITE = settings_module.ROOT / 'trove' / 'tests' / 'conformance'
VARIABLE = 'CONFORMANCE_ENGINES'
DEFAULT = 'mariadb=10.11'
WIDTH = 60
#: What was asked for is not known; nothing has been tried.
UNKNOWN = 2
#: pytest's: its words make no sense, or choose no test.
_NONE_LEFT = 5
_NOTHING_TO_DO = (4, _NONE_LEFT)


def main(words=None):
    """Run the tests and print the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog='trovestack check conformance')
    parser.add_argument('engines', nargs='*', metavar='NAME=VERSION')
    parser.add_argument('--only', action='append', default=[],
                        metavar='GROUP', help='such as users; several times')
    parser.add_argument('--verb', metavar='WORDS',
                        help='tests whose names match, such as '
                             '"pulled or full"')
    parser.add_argument('--resume', action='store_true',
                        help='leave out what has passed in the run before')
    parser.add_argument('--quick', action='store_true',
                        help='only what is not marked slow')
    arguments = parser.parse_args(words)
    engines = arguments.engines or [DEFAULT]
    unknown = _unknown(arguments.only, engines)
    if unknown:
        print(unknown)
        return UNKNOWN
    path = settings_module.load().home / 'conformance.jsonl'
    before = path.with_suffix('.before')
    if not arguments.resume and path.exists():
        path.replace(before)
    status = _run(arguments, engines, path)
    cases = list(read(path))
    if status in _NOTHING_TO_DO and not cases:
        if before.exists():     # nothing has come of this run
            before.replace(path)
        print(f'No test is called {arguments.verb}.' if arguments.verb else
              'There is nothing here to ask of these versions.')
        return UNKNOWN
    before.unlink(missing_ok=True)
    if status == _NONE_LEFT and arguments.resume:
        status = 0
    columns = [word.replace('=', '-') for word in engines]
    for row in table(cases, columns):
        print(row)
    failed = sum(not case.passed for case in cases)
    if status and not failed:       # it did not come to the tests' end
        print('The run did not come to its end: --resume goes on there.')
        failed = 1
    print(f'{sum(case.passed for case in cases)} passed, {failed} failed')
    return 1 if failed or not cases else 0


Case = collections.namedtuple('Case', 'group verb engine passed seconds')
_TEST = re.compile(r'test_(\w+)\.py::test_(\w+)(?:\[(.*)\])?$')


def read(path):
    """The cases of a ledger; a skipped one has not passed."""
    for entry in ledger.read(path):
        group, verb, inside = _TEST.search(entry['test']).groups()
        yield Case(group, verb.replace('_', ' '), inside or 'all',
                   entry['passed'], entry['seconds'])


def table(cases, columns):
    """Lines: a verb each, a column for each engine version."""
    found = collections.OrderedDict()
    for case in cases:
        cell = found.setdefault((case.group, case.verb), {})
        engine, _, rest = _split(case.engine, columns)
        word = f'{"pass" if case.passed else "FAIL"} {case.seconds:.1f} s'
        if rest:
            word = f'{word} ({rest})'
        before = cell.get(engine)
        # Of several cases of one verb the one that failed is shown.
        if before is None or before.startswith('pass'):
            cell[engine] = word
    yield f'{"":<{WIDTH}} ' + ' '.join(f'{name:<18}' for name in columns)
    group = None
    for (name, verb), cells in found.items():
        if name != group:
            group = name
            yield name.replace('_', ' ')
        yield f'  {verb[:WIDTH - 2]:<{WIDTH - 2}} ' + ' '.join(
            f'{cells.get(column, cells.get("all", "-")):<18}'
            for column in columns)


def _split(inside, columns):
    """(engine, '-', the rest of a test's parameters)."""
    for column in sorted(columns, key=len, reverse=True):
        if inside == column:
            return column, '', ''
        if inside.startswith(column + '-'):
            return column, '-', inside[len(column) + 1:]
        if inside.endswith('-' + column):
            return column, '-', inside[:-len(column) - 1]
    return 'all', '', ''


def _unknown(groups, engines):
    """A sentence about what is misspelt, or nothing."""
    known = sorted(path.stem.removeprefix('test_')
                   for path in SUITE.glob('test_*.py'))
    for group in groups:
        if group not in known:
            return (f'There is no group {group}; there are: '
                    + ', '.join(known) + '.')
    for word in engines:
        if not images.WORD.match(word):
            return f'{word} is no version such as mysql=9.7.'
    return None


def _run(arguments, engines, path):
    # By name: several groups share one process and so one look at the end.
    places = [str(SUITE / f'test_{group}.py') for group in arguments.only]
    command = [sys.executable, '-m', 'pytest', '-q', '-W',
               'ignore', '-p', 'no:cacheprovider',
               *(['-m', 'not slow'] if arguments.quick else []),
               *(['-k', arguments.verb] if arguments.verb else []),
               *(places or [str(SUITE)])]
    wanted = {**os.environ, VARIABLE: ' '.join(engines),
              ledger.VARIABLE: str(path),
              ledger.PASSED_STAYS: 'yes' if arguments.resume else ''}
    # In a session of its own: it is told once that it is over, by us.
    child = subprocess.Popen(command, cwd=settings_module.ROOT, env=wanted,
                             start_new_session=True)
    told = []

    def stop(*_):
        if not told:
            told.append(True)
            print('Stopping; what has been made is taken away.', flush=True)
            child.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return child.wait()


if __name__ == '__main__':
    sys.exit(main())
