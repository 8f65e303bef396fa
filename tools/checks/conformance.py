# SPDX-License-Identifier: Apache-2.0
"""The same verbs for every engine version, as a table.

    trovestack check conformance                          mariadb=10.11
    trovestack check conformance mysql=9.7 postgresql=17
    trovestack check conformance mysql=9.7 --only users   files of that name
    trovestack check conformance --quick                  what the tests run

Brings the stack up with images of these versions, creates instances, and
asks them through the API and through a client of the engine.
"""

import argparse
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from stack import settings as settings_module

SUITE = settings_module.ROOT / 'trove' / 'tests' / 'conformance'
VARIABLE = 'CONFORMANCE_ENGINES'
DEFAULT = 'mariadb=10.11'
WIDTH = 60


def main(words=None):
    """Run the tests and print the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog='trovestack check conformance')
    parser.add_argument('engines', nargs='*', metavar='NAME=VERSION')
    parser.add_argument('--only', action='append', default=[],
                        metavar='GROUP', help='such as users; several times')
    parser.add_argument('--quick', action='store_true',
                        help='only what is not marked slow')
    arguments = parser.parse_args(words)
    engines = arguments.engines or [DEFAULT]
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / 'report.xml'
        status = _run(arguments, engines, report)
        cases = list(read(report)) if report.exists() else []
    columns = [word.replace('=', '-') for word in engines]
    for row in table(cases, columns):
        print(row)
    failed = sum(not case.passed for case in cases)
    if status and not failed:       # it did not come to the tests
        failed = 1
    print(f'{len(cases) - sum(not case.passed for case in cases)} passed, '
          f'{failed} failed')
    return 1 if failed or not cases else 0


Case = collections.namedtuple('Case', 'group verb engine passed seconds')


def read(report):
    """The cases of a JUnit report; a skipped one has not passed."""
    tree = xml.etree.ElementTree.parse(report)  # noqa: S314  our own pytest's
    for case in tree.iter('testcase'):
        name, _, inside = case.get('name').partition('[')
        yield Case(
            case.get('classname').rpartition('.test_')[2],
            name.removeprefix('test_').replace('_', ' '),
            inside.rstrip(']') or 'all',
            all(case.find(kind) is None
                for kind in ('failure', 'error', 'skipped')),
            float(case.get('time') or 0))


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


def _run(arguments, engines, report):
    # By name: several groups share one process and so one look at the end.
    places = [str(SUITE / f'test_{group}.py') for group in arguments.only]
    command = [sys.executable, '-m', 'pytest', '-q', '-W',
               'ignore', '-p', 'no:cacheprovider', f'--junitxml={report}',
               '-o', 'junit_family=xunit1',
               *(['-m', 'not slow'] if arguments.quick else []),
               *(places or [str(SUITE)])]
    return subprocess.run(
        command, cwd=settings_module.ROOT, check=False,
        env={**os.environ, VARIABLE: ' '.join(engines)}).returncode


if __name__ == '__main__':
    sys.exit(main())
