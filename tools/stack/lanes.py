# SPDX-License-Identifier: Apache-2.0
"""`trovestack test`: every check and test, one closing count."""

import dataclasses
import shutil
import time
import xml.etree.ElementTree

from stack import commands
from stack import console
from stack import errors
from stack import files
from stack import lifecycle
from stack import programs
from stack import settings as settings_module
from stack import venv
from stack import waiting

ROOT = settings_module.ROOT
E2E_SLOT = 1
HOUR_S = 3600
# Tests of silent guests and broken clouds need not wait as operators do, and
# one reads in the logs what must not be there at any level.
IMPATIENT = """[DEFAULT]
debug = true
usage_timeout = 60
[taskmanager]
cloud_patience_s = 3
operation_lease_s = 5
operation_sweep_s = 1
"""


@dataclasses.dataclass(frozen=True)
class Lane:
    """One kind of checks: a list of commands, or a directory of tests."""

    name: str
    commands: tuple = ()
    tests: str = ''
    words: tuple = ()           # more for pytest
    on_stack: bool = False      # on a one-machine cloud of its own
    backend: str = ''           # once more, as TROVE_BACKEND has it
    mounts: bool = False        # in a mount namespace of its own


@dataclasses.dataclass
class Count:
    """What came out of it."""

    passed: int = 0
    failed: int = 0

    def add(self, other):
        """Sum up."""
        self.passed += other.passed
        self.failed += other.failed


LANES = (
    Lane('style', commands=(('ruff', 'check', '.'),)),
    Lane('types', commands=(('mypy', '--cache-dir', '{state}/mypy'),)),
    Lane('arch', commands=(('lint-imports', '--no-cache'),)),
    Lane('docs', commands=(
        ('python', 'tools/docgen/draw.py', '--check'),
        ('oslo-config-generator', '--config-file',
         'etc/oslo-config-generator/trove.conf', '--output-file',
         '{state}/trove.conf.sample'),
        ('oslopolicy-sample-generator', '--config-file',
         'etc/oslo-policy-generator/trove.conf', '--output-file',
         '{state}/policy.yaml.sample'),
        ('sphinx-build', '-q', '-W', '-E', '-d', '{state}/doctrees', '-b',
         'html', 'doc/source', '{state}/html'),
        ('sphinx-build', '-q', '-W', '-E', '-d', '{state}/notetrees', '-b',
         'html', 'releasenotes/source', '{state}/notes'))),
    Lane('unit', tests='trove/tests/unit'),
    Lane('contract', tests='trove/tests/contract'),
    # A namespace that somebody starts meanwhile on this machine would copy
    # the tests' mounts, and keep file systems alive that have lost their disk.
    Lane('functional', tests='trove/tests/functional', mounts=True),
    Lane('eventlet', tests='trove/tests/functional/taskmanager',
         backend='eventlet', words=(
             '-p', 'trove.tests.fixtures.backend',
             'trove/tests/unit/taskmanager', 'trove/tests/unit/conductor',
             'trove/tests/contract/link/test_conductors.py',
             *('--ignore=trove/tests/functional/taskmanager/test_%s.py' % name
               for name in ('crashes', 'cloud_over_http', 'process',
                            'unreliable_database')))),
    Lane('localcloud', tests='devstack/localcloud/tests'),
    Lane('e2e', tests='trove/tests/e2e', on_stack=True),
    Lane('conformance', tests='trove/tests/conformance', on_stack=True,
         words=('-m', 'not slow')),
)
NAMES = tuple(lane.name for lane in LANES)


def run(settings, names):
    """Run the lanes named, or all; 0 when nothing failed."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise errors.StackError(
            f'There is no lane {", ".join(unknown)}; there are: '
            + ', '.join(NAMES) + '.')
    lifecycle.prepare(settings, ('test',), 'test')
    state = files.directory(settings.home / 'test')
    total = Count()
    started = time.monotonic()
    with venv.used(settings):
        for lane in LANES:
            if not names or lane.name in names:
                total.add(_run(settings, lane, state))
    console.line(time.monotonic() - started, 'All lanes')
    console.say(f'{total.passed} passed, {total.failed} failed')
    return 1 if total.failed else 0


def _run(settings, lane, state):
    started = time.monotonic()
    log = files.directory(state / 'logs') / f'{lane.name}.log'
    log.unlink(missing_ok=True)
    if lane.on_stack:
        count = _on_stack(settings, lane, state, log)
    elif lane.tests:
        count = _tests(settings, lane, state, log)
    else:
        count = _commands(settings, lane, state, log)
    console.line(time.monotonic() - started,
                 f'{lane.name}: {count.passed} passed, '
                 f'{count.failed} failed')
    return count


def _commands(settings, lane, state, log):
    count = Count()
    for words in lane.commands:
        try:
            commands.run([word.format(state=state) for word in words], log,
                         f'`{" ".join(words[:2])}`', cwd=ROOT,
                         timeout_s=HOUR_S, env=_environment(settings, state))
            count.passed += 1
        except errors.StackError as error:
            console.say(str(error))
            count.failed += 1
    return count


def _on_stack(settings, lane, state, log):
    """Tests on a stack that is made for them and removed after them.

    What an earlier run left of it is removed before.
    """
    stack = settings_module.Settings(home=settings.home, slot=E2E_SLOT)
    try:
        files.directory(stack.trove_dir)
        files.write(stack.trove_dir / 'local.conf', IMPATIENT)
        lifecycle.up(stack)
        return _tests(stack, lane, state, log)
    except errors.StackError as error:
        console.say(str(error))
        return Count(failed=1)
    finally:
        if stack.logs.exists():     # for who looks into a failure
            shutil.copytree(stack.logs, state / 'logs' / 'stack',
                            dirs_exist_ok=True)
        if not waiting.STOP.is_set():
            lifecycle.clean(stack)


def _tests(settings, lane, state, log):
    report = state / f'{lane.name}.xml'
    report.unlink(missing_ok=True)
    trouble = None
    try:
        commands.run(
            [*(('unshare', '--mount') if lane.mounts else ()),
             'python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
             f'--junitxml={report}', *lane.words, lane.tests], log,
            f'pytest {lane.name}', cwd=ROOT, timeout_s=HOUR_S,
            env={**_environment(settings, state, lane.on_stack),
                 'TROVE_BACKEND': lane.backend or 'threading'})
    except errors.StackError as error:
        trouble = error
    count, failures = read(report)
    for name in failures:
        console.say(f'  failed: {name}')
    if trouble and not count.failed:    # it did not come to the tests
        console.say(str(trouble))
        count.failed += 1
    elif failures:
        console.say(f'  more in {log}')
    return count


def read(report):
    """The count and the names of what failed; skipped tests count so too.

    A test that cannot run here has not shown what it promises.
    """
    count, failures = Count(), []
    if not report.exists():
        return count, failures
    tree = xml.etree.ElementTree.parse(report)  # noqa: S314  our own pytest's
    for case in tree.iter('testcase'):
        if any(case.find(kind) is not None
               for kind in ('failure', 'error', 'skipped')):
            count.failed += 1
            failures.append(f'{case.get("classname")}.{case.get("name")}')
        else:
            count.passed += 1
    return count, failures


def _environment(settings, state, on_stack=False):
    """Only the tests on a stack are told of one."""
    described = programs.environment(settings)
    if not on_stack:
        described = {name: value for name, value in described.items()
                     if not name.startswith(('OS_', 'TROVESTACK_'))}
    return {**described,
            'RUFF_CACHE_DIR': str(state / 'ruff'),
            'HYPOTHESIS_STORAGE_DIRECTORY': str(state / 'hypothesis'),
            'PYTHONPYCACHEPREFIX': str(state / 'pycache'),
            'PYTHONWARNINGS': 'default', 'PYTHONDONTWRITEBYTECODE': '',
            'COLUMNS': '100'}
