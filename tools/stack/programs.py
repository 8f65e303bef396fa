# SPDX-License-Identifier: Apache-2.0
"""Programs that use a stack that is up: demo, benches, checks.

A bench or check is a file in tools/bench or tools/checks; its name is the
verb's argument. It runs under the virtual environment's Python, with the
stack described in its environment.
"""

import os
import subprocess

from stack import errors
from stack import settings as settings_module
from stack import venv
from stack import waiting

PLACES = {'bench': settings_module.ROOT / 'tools' / 'bench',
          'check': settings_module.ROOT / 'tools' / 'checks'}
#: What needs a stack; the others need only the packages of the tests.
ON_STACK = frozenset({('bench', 'create'), ('check', 'figures')})
#: What needs a stack with the datastore versions that it names.
WITH_VERSIONS = frozenset({('check', 'conformance'), ('check', 'tempest'),
                           ('bench', 'agent')})
#: What runs on a cloud of somebody else, which `--os-cloud` names.
ELSEWHERE = frozenset({('check', 'openstack')})


def names(verb):
    """What can be named after the verb."""
    return sorted(path.stem.replace('_', '-')
                  for path in PLACES[verb].glob('*.py')
                  if not path.stem.startswith('_'))


def require(verb, name):
    """StackError unless there is a bench or check of that name."""
    if name not in names(verb):
        raise errors.StackError(
            f'There is no {verb} {name}; there are: '
            + (', '.join(names(verb)) or 'none yet') + '.')


def run(settings, verb, name, words=()):
    """Run one; returns its exit status."""
    require(verb, name)
    path = PLACES[verb] / (name.replace('-', '_') + '.py')
    # -P: a check named like a package does not stand in its way.
    with venv.used(settings):
        return _run(settings, ['-P', str(path), *words])


def demo(settings):
    """The main job, on a stack that is up."""
    return _run(settings, ['-m', 'stack.inside.demo'])


def environment(settings, account='demo'):
    """The environment variables that describe the stack to a program."""
    root = settings_module.ROOT
    return venv.environment(
        settings, OS_CLIENT_CONFIG_FILE=str(settings.clouds_yaml),
        OS_CLOUD=f'trovestack-{account}',
        PYTHONWARNINGS='ignore',    # of clients; nothing a person can act on
        TROVESTACK_DIR=str(settings.home),
        TROVESTACK_SLOT=str(settings.slot),
        PYTHONPATH=os.pathsep.join((str(root), str(root / 'tools'),
                                    str(root / 'devstack'))))


def _run(settings, words):
    if not settings.python.exists():
        raise errors.StackError(
            'The stack has not been up yet: sudo ./tools/trovestack up.')
    child = subprocess.Popen([settings.python, *words],
                             env=environment(settings))
    while True:
        try:
            return child.wait(0.2)
        except subprocess.TimeoutExpired:
            if waiting.STOP.is_set():
                child.terminate()
                child.wait()
                raise errors.Interrupted() from None
