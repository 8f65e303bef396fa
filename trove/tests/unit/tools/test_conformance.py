# SPDX-License-Identifier: Apache-2.0
"""The table of check conformance, made from its ledger."""

import json
import signal
import sys

import pytest
from checks import conformance

from stack import cli
from stack import images
from stack import lifecycle
from stack import preflight
from stack import programs
from stack import settings as settings_module
from trove.tests.conformance import ledger

USERS = 'trove/tests/conformance/test_users.py::test_users_log_in'
FAULTS = 'trove/tests/conformance/test_faults.py::test_it_ends'
COLUMNS = ['mysql-9.7', 'mariadb-10.11']


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'ledger.jsonl'


def write(path, *entries):
    with path.open('a') as stream:
        for test, passed, seconds in entries:
            stream.write(json.dumps({'test': test, 'passed': passed,
                                     'seconds': seconds}) + '\n')


def test_verbs_are_rows_and_engines_columns(path):
    write(path, (USERS + '[mysql-9.7]', True, 1.5),
          (USERS + '[mariadb-10.11]', False, 2.0),
          (FAULTS + '[mysql-9.7-prepare]', False, 3.0))
    cases = list(conformance.read(path))
    assert [case.passed for case in cases] == [True, False, False]
    lines = [line.split() for line in conformance.table(cases, COLUMNS)]
    assert lines == [
        ['mysql-9.7', 'mariadb-10.11'],
        ['users'],
        ['users', 'log', 'in', 'pass', '1.5', 's', 'FAIL', '2.0', 's'],
        ['faults'],
        ['it', 'ends', 'FAIL', '3.0', 's', '(prepare)', '-']]


def test_the_newest_line_of_a_test_counts_and_a_torn_one_does_not(path):
    write(path, (USERS, False, 1), (FAULTS, True, 1), (USERS, True, 2))
    with path.open('a') as stream:
        stream.write('{"test": "torn')
    assert [(entry['test'], entry['passed']) for entry in ledger.read(path)
            ] == [(FAULTS, True), (USERS, True)]
    assert ledger.read(path.parent / 'none') == []


class Hooks:
    def pytest_deselected(self, items):
        self.left_out = items


class Item:
    def __init__(self, nodeid):
        self.nodeid = nodeid


class Config:
    hook = Hooks()


def test_what_has_passed_is_not_tried_again_in_a_run_that_goes_on(path):
    write(path, (USERS, True, 1), (FAULTS, False, 1))
    for resumes, left in ((True, [FAULTS]), (False, [USERS, FAULTS])):
        items = [Item(USERS), Item(FAULTS)]
        ledger.Ledger(path, resumes).pytest_collection_modifyitems(
            Config(), items)
        assert [item.nodeid for item in items] == left


@pytest.fixture
def command(tmp_path, monkeypatch):
    """The command line, whose stack is its images and whose builder fails.
    """
    monkeypatch.setenv('TROVESTACK_DIR', str(tmp_path))
    python = settings_module.load().python
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    builder = tmp_path / 'builder'
    builder.write_text('raise SystemExit("the vendor is out of reach")')
    monkeypatch.setattr(images, 'BUILDER', builder)
    monkeypatch.setattr(preflight, 'require_root', lambda verb: None)
    monkeypatch.setattr(lifecycle, 'prepare', lambda *_: None)
    monkeypatch.setattr(lifecycle, 'up', lambda settings, offers:
                        images.build(settings, offers))
    before = {number: signal.getsignal(number) for number in (
        signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield cli.main
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize('word, told', (
    ('percona=8.4', 'guest image percona=8.4 failed'),
    ('percona=0.1', 'There is no recipe for percona=0.1')))
def test_nothing_is_tried_without_an_image_of_each_version(
        command, tmp_path, monkeypatch, capsys, word, told):
    ran = []
    monkeypatch.setattr(programs, 'run', lambda *words: ran.append(words))
    ledger_file = tmp_path / 'conformance.jsonl'
    ledger_file.write_text('of the run before')
    assert command(['check', 'conformance', word]) == 1
    assert told in capsys.readouterr().err
    assert not ran and ledger_file.read_text() == 'of the run before'
