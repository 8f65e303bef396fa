# SPDX-License-Identifier: Apache-2.0
"""What has been tried in a run, line by line, for who looks or goes on.

A run that was stopped leaves a table of what it had come to, and another one
takes up where it ended.
"""

import json
import os
import pathlib

#: A file; and whether what has passed by it is tried again.
VARIABLE = 'CONFORMANCE_LEDGER'
PASSED_STAYS = 'CONFORMANCE_RESUME'


def register(config):
    """Keep a ledger if the run is to have one."""
    path = os.environ.get(VARIABLE)
    if path:
        config.pluginmanager.register(Ledger(
            pathlib.Path(path), bool(os.environ.get(PASSED_STAYS))))


def read(path):
    """The newest line of each test, in the order they were tried."""
    found = {}
    if path.exists():
        for row in path.read_text(encoding='utf-8').splitlines():
            try:
                entry = json.loads(row)
            except ValueError:
                continue        # the run was killed while it wrote
            found.pop(entry['test'], None)
            found[entry['test']] = entry
    return list(found.values())


class Ledger:
    """Writes a line for each test, and says how far the run is."""

    def __init__(self, path, resumes):
        self._path = path
        self._passed = {entry['test'] for entry in read(path)
                        if entry['passed']} if resumes else set()
        self._all = 0
        self._done = 0
        self._now = {}

    def pytest_collection_modifyitems(self, config, items):
        """Leave out what has passed before."""
        before = [item for item in items if item.nodeid in self._passed]
        items[:] = [item for item in items
                    if item.nodeid not in self._passed]
        config.hook.pytest_deselected(items=before)

    def pytest_collection_finish(self, session):
        """Count what is left when all have chosen."""
        self._all = len(session.items)

    def pytest_runtest_logreport(self, report):
        """Add up the parts of a test; its end is a line."""
        passed, seconds = self._now.pop(report.nodeid, (True, 0.0))
        passed = passed and report.passed
        seconds += report.duration
        if report.when != 'teardown':
            self._now[report.nodeid] = passed, seconds
            return
        self._done += 1
        with self._path.open('a', encoding='utf-8') as stream:
            stream.write(json.dumps({
                'test': report.nodeid, 'passed': passed,
                'seconds': round(seconds, 1)}) + '\n')

    def pytest_report_teststatus(self, report):
        """Instead of a dot: how far it is, and how it went."""
        if report.when == 'setup' and report.passed:
            return None
        if report.when == 'teardown' and report.passed:
            return None
        seconds = report.duration + self._now.get(report.nodeid,
                                                  (True, 0.0))[1]
        word = 'passed' if report.passed else 'failed'
        name = report.nodeid.rpartition('/')[2]
        return word, (f'[{self._done + 1}/{self._all}] {word} {seconds:.1f} s'
                      f' {name}\n'), word.upper()
