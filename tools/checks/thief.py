# SPDX-License-Identifier: Apache-2.0
"""What a thief of one guest's secrets can do: every attempt is refused.

    trovestack check thief

Runs test_thief.py and test_stolen_key.py of trove/tests/contract/link against
a RabbitMQ of their own, prints each attempt, and ends in a line `N attempts,
N refused`. One more kind of test runs with them and must pass: those that
take a restriction away and hold that the same attempt then succeeds.
"""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = [str(ROOT / 'trove' / 'tests' / 'contract' / 'link' / name)
         for name in ('test_thief.py', 'test_stolen_key.py')]
#: Tests of the test: an attempt gets through once nothing stops it.
OPEN_DOOR = 'test_the_door_is'


class Attempts:
    """Tells each attempt and counts; a pytest plugin."""

    def __init__(self):
        self.tried = {}
        self.doors = {}
        self.broken = []

    def pytest_runtest_logreport(self, report):
        """Take the outcome of one test."""
        name = report.nodeid.partition('::')[2]
        if report.when != 'call':
            if report.failed:
                self.broken.append(name)
            return
        told = self.doors if name.startswith(OPEN_DOOR) else self.tried
        told[name] = report.passed
        words = 'NOT as it must be'
        if report.passed:
            words = 'refused' if told is self.tried else 'open, as expected'
        print(f'{words:>18}  {_sentence(name)}', flush=True)
        if report.failed:
            print(report.longreprtext, file=sys.stderr)

    def pytest_collectreport(self, report):
        """Tests that cannot be read are no refusals."""
        if report.failed:
            self.broken.append(report.nodeid)
            print(report.longreprtext, file=sys.stderr)


def _sentence(name):
    name, _, what = name.removeprefix('test_').partition('[')
    return f'{name.replace("_", " ")} {what.rstrip("]")}'.strip()


def main():
    """Run the attempts; exit status 0 when all are refused."""
    os.chdir(ROOT)
    attempts = Attempts()
    status = pytest.main(
        ['-o', 'addopts=', '-p', 'no:terminal', '-p', 'no:cacheprovider',
         '-W', 'ignore', *TESTS], plugins=[attempts])
    refused = sum(attempts.tried.values())
    for name in attempts.broken:
        print(f'could not be tried: {name}', file=sys.stderr)
    print(f'{sum(attempts.doors.values())} of {len(attempts.doors)} attempts '
          'succeed with the restriction taken away')
    print(f'{len(attempts.tried)} attempts, {refused} refused')
    good = (status == 0 and attempts.tried and not attempts.broken
            and refused == len(attempts.tried)
            and all(attempts.doors.values()))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
