# SPDX-License-Identifier: Apache-2.0
"""A run of check conformance that is stopped, goes on, or cannot begin.

The suite is a small one; the check, its pytest and its ledger are real.
"""

import os
import signal
import subprocess
import sys

import pytest

from stack import settings as settings_module
from trove.common import waiting

ENGINES = ('mariadb=10.11', 'mysql=9.7')
MAIN = """
import pathlib, sys
from checks import conformance
conformance.SUITE = pathlib.Path(sys.argv[1])
sys.exit(conformance.main(sys.argv[2:]))
"""
CONFTEST = """
import os, pathlib, pytest
from trove.tests.conformance import ledger

HERE = pathlib.Path(__file__).parent

def pytest_configure(config):
    ledger.register(config)

def pytest_generate_tests(metafunc):
    asked = os.environ['CONFORMANCE_ENGINES'].replace('=', '-').split()
    metafunc.parametrize('engine', asked, scope='module')

@pytest.fixture(scope='module')
def thing(engine):
    (HERE / f'made-{engine}').touch()
    yield
    (HERE / f'made-{engine}').unlink()

@pytest.fixture(autouse=True)
def noted(request):
    with (HERE / 'tried').open('a') as stream:
        print(request.node.name, file=stream)
"""
USERS = """
import pathlib

from trove.common import waiting

GATE = pathlib.Path(__file__).with_name('gate')

def test_first(thing):
    pass

def test_second(thing):
    waiting.until(lambda: not GATE.exists(), 60, 'the gate')

def test_third(thing):
    pass
"""
FAULTS = """
def test_pulled(thing):
    assert not thing
"""
BEFORE = '{"test": "test_users.py::test_first", "passed": true, ' \
    '"seconds": 1}\n'


class Suite:
    """A suite of two groups, and the runs of it."""

    def __init__(self, folder):
        self.place = folder / 'suite'
        self.place.mkdir()
        for name, text in (('conftest.py', CONFTEST),
                           ('test_users.py', USERS),
                           ('test_faults.py', FAULTS)):
            (self.place / name).write_text(text, encoding='utf-8')
        self.ledger = folder / 'conformance.jsonl'
        self._children = []

    def begin(self, *words):
        """A run that goes on by itself."""
        # As the command line does it: no signal reaches both at once.
        child = subprocess.Popen(
            [sys.executable, '-c', MAIN, str(self.place), *words],
            cwd=settings_module.ROOT, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            # Plug-ins are seconds of a processor for each of many runs.
            env={**os.environ, 'PYTEST_DISABLE_PLUGIN_AUTOLOAD': '1',
                 'TROVESTACK_DIR': str(self.ledger.parent),
                 'PYTHONPATH': os.pathsep.join(
                     str(settings_module.ROOT / name)
                     for name in ('', 'tools', 'devstack'))})
        self._children.append(child)
        return child

    def run(self, *words):
        """Exit status and lines of a run."""
        return ended(self.begin(*words))

    def names(self):
        """Which tests have been begun."""
        path = self.place / 'tried'
        return path.read_text().split() if path.exists() else []

    def tried(self):
        """The same, since this was asked last."""
        found = self.names()
        (self.place / 'tried').unlink(missing_ok=True)
        return found

    def close(self):
        """End what still runs, and the pytest that it waits for."""
        (self.place / 'gate').unlink(missing_ok=True)
        for child in self._children:
            child.terminate()
            child.communicate()

    def left(self):
        """What tests have made and not taken away."""
        return list(self.place.glob('made-*'))


def ended(child):
    out, _ = child.communicate(timeout=120)
    return child.returncode, out.splitlines()


def rows(lines, name):
    """The cells of a row of the table."""
    [row] = [line for line in lines if line.strip().startswith(name + ' ')
             and line.startswith('  ')]
    return [word for word in row.split() if word in ('pass', 'FAIL', '-')]


@pytest.fixture
def suite(tmp_path):
    found = Suite(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize('sign', (signal.SIGINT, signal.SIGTERM))
def test_a_run_that_is_stopped_cleans_up_and_is_gone_on_with(suite, sign):
    gate = suite.place / 'gate'
    gate.touch()
    child = suite.begin(*ENGINES, '--only', 'users')
    waiting.until(lambda: 'test_second[mariadb-10.11]' in suite.names(), 60,
                  'the second test')
    assert suite.left()
    child.send_signal(sign)
    child.send_signal(sign)     # somebody impatient
    status, lines = ended(child)
    assert status == 1 and not suite.left()
    # What it was at is neither passed nor failed: it has not been tried.
    assert rows(lines, 'first') == ['pass', '-']
    assert not any(line.startswith('  second') for line in lines)
    assert lines[-2:] == [
        'The run did not come to its end: --resume goes on there.',
        '1 passed, 1 failed']
    suite.tried()
    gate.unlink()
    status, lines = suite.run(*ENGINES, '--only', 'users', '--resume')
    assert (status, lines[-1]) == (0, '6 passed, 0 failed')
    assert [rows(lines, name) for name in ('first', 'second', 'third')] == [
        ['pass', 'pass']] * 3
    assert len(suite.tried()) == 5 and not suite.left()


def test_what_has_failed_is_tried_again_and_a_new_run_begins_anew(suite):
    (suite.place / 'test_faults.py').write_text(
        FAULTS.replace('not thing', 'thing'))
    status, lines = suite.run(ENGINES[0])
    assert (status, lines[-1]) == (1, '3 passed, 1 failed')
    assert rows(lines, 'pulled') == ['FAIL']
    (suite.place / 'test_faults.py').write_text(FAULTS)
    suite.tried()
    status, lines = suite.run(ENGINES[0], '--resume')
    assert (status, lines[-1]) == (0, '4 passed, 0 failed')
    assert suite.tried() == ['test_pulled[mariadb-10.11]']
    # There is nothing left to do, which is no failure.
    status, lines = suite.run(ENGINES[0], '--resume')
    assert (status, lines[-1]) == (0, '4 passed, 0 failed')
    assert suite.tried() == []
    status, lines = suite.run(ENGINES[0])
    assert (status, len(suite.tried())) == (0, 4)


def test_groups_and_verbs_are_chosen(suite):
    status, lines = suite.run(*ENGINES, '--only', 'faults')
    assert (status, lines[-1]) == (0, '2 passed, 0 failed')
    assert rows(lines, 'pulled') == ['pass', 'pass']
    status, lines = suite.run(ENGINES[0], '--only', 'faults', '--only',
                              'users', '--verb', 'pulled or third')
    assert (status, lines[-1]) == (0, '2 passed, 0 failed')
    assert [line[:5] for line in lines if line.startswith('[')] == [
        '[1/2]', '[2/2]']


@pytest.mark.parametrize('words, told', (
    (('--only', 'user'), 'no group user; there are: faults, users'),
    (('mysql',), 'mysql is no version such as mysql=9.7'),
    (('--verb', 'klingon'), 'No test is called klingon'),
    (('--verb', 'pulled and'), 'No test is called pulled and')))
def test_what_nobody_knows_is_said_and_nothing_is_tried(suite, words, told):
    # The run before can still be gone on with.
    suite.ledger.write_text(BEFORE, encoding='utf-8')
    status, lines = suite.run(*words)
    assert status == 2 and told in lines[-1], lines
    assert suite.tried() == []
    assert suite.ledger.read_text(encoding='utf-8') == BEFORE
