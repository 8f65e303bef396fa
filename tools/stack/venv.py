# SPDX-License-Identifier: Apache-2.0
"""The virtual environment: Trove itself and the Python packages it needs.

Who runs tests or a check from it shares a lock, and who has to change it
waits for nobody but says so: packages are not taken from under a run.
"""

import hashlib
import os
import shutil
import sys

from stack import commands
from stack import console
from stack import errors
from stack import files
from stack import locks
from stack import settings as settings_module

EXTRAS = 'control,guest,mysql,postgresql,stack'
_LOCK = 'venv.lock'
DECLARED = ('setup.cfg', 'setup.py', 'pyproject.toml', 'requirements.txt',
            'test-requirements.txt')
IN_USE = ('Tests or a check of another run use the Python packages in {0}, '
          'which have to be made anew for {1}: wait for their end, or name '
          'another place with TROVESTACK_DIR.')
BUILD_TOOLS = ('pip', 'setuptools>=77.0.3', 'wheel', 'pbr>=6.1.1',
               'PyYAML>=6.0.1')


def prepare(settings):
    """Have the environment and what the image builder needs of it."""
    if _stamp(settings, 'made') == _fingerprint(''):
        return
    log = settings.logs / 'pip.log'
    with _alone(settings), console.step('Python environment'):
        if settings.venv.exists():      # half made, or of another Python
            shutil.rmtree(settings.venv)
        commands.run([sys.executable, '-m', 'venv', settings.venv], log,
                     'Making the Python environment')
        _pip(settings, log, BUILD_TOOLS)
        _write(settings, 'made', _fingerprint(''))


def install(settings, extra='stack'):
    """Have Trove with the packages of the stack, or also of the tests."""
    extras = EXTRAS + (',test,docs' if extra == 'test' else '')
    mark = _fingerprint(extras)
    if (_stamp(settings, extra) == mark
            or extra == 'stack'
            and _stamp(settings, 'test') == _fingerprint(
                EXTRAS + ',test,docs')):
        return
    log = settings.logs / 'pip.log'
    with _alone(settings), console.step('Python packages'):
        _pip(settings, log, ['--no-build-isolation', '--editable',
                             f'{settings_module.ROOT}[{extras}]'])
        _write(settings, extra, mark)


def used(settings):
    """Nobody changes the environment meanwhile."""
    return locks.held(settings.home / _LOCK, _in_use(settings), shared=True)


def environment(settings, **more):
    """The environment variables of a program of the virtual environment."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(('OS_', 'PYTHON', 'PIP_', 'TROVE_'))}
    path = os.pathsep.join((str(settings.venv / 'bin'),
                            kept.get('PATH', os.defpath)))
    return {**kept, 'PATH': path, 'PYTHONUNBUFFERED': '1',
            'PYTHONDONTWRITEBYTECODE': '1', **more}


def _alone(settings):
    return locks.held(settings.home / _LOCK, _in_use(settings))


def _in_use(settings):
    return IN_USE.format(settings.home, settings_module.ROOT)


def _pip(settings, log, words):
    env = {**_without_own_ways(os.environ),
           'PIP_DISABLE_PIP_VERSION_CHECK': '1',
           'PIP_CACHE_DIR': str(settings.home / 'pip-cache'),
           'SKIP_WRITE_GIT_CHANGELOG': '1', 'SKIP_GENERATE_AUTHORS': '1',
           'PIP_NO_INPUT': '1', 'PIP_RETRIES': '5',
           # The version needs neither git nor rights on the checkout.
           'PBR_VERSION': os.environ.get('PBR_VERSION', _version())}
    try:
        commands.run([settings.python, '-m', 'pip', 'install', '--upgrade',
                      '--upgrade-strategy', 'only-if-needed', *words], log,
                     'Installing Python packages', env=env)
    except errors.StackError as error:
        raise errors.StackError(
            f'{error}\nIf no package index can be reached, say where one is '
            'in /etc/pip.conf and run again.') from error


def _without_own_ways(environ):
    """What would have pip take packages from, or put them, elsewhere."""
    return {name: value for name, value in environ.items()
            if not name.startswith('PYTHON')
            and name not in ('PIP_USER', 'PIP_TARGET', 'PIP_PREFIX')}


def _version():
    for row in (settings_module.ROOT / 'setup.cfg').read_text(
            encoding='utf-8').splitlines():
        if row.startswith('version = '):
            return row.partition('= ')[2].strip()
    raise errors.StackError('setup.cfg names no version.')


def _fingerprint(extras):
    """Changes when the packages must be looked at again."""
    digest = hashlib.sha256()
    for word in (sys.version, str(settings_module.ROOT), extras):
        digest.update(word.encode() + b'\0')
    if extras:
        for name in DECLARED:
            digest.update((settings_module.ROOT / name).read_bytes() + b'\0')
    return digest.hexdigest()


def _stamp(settings, name):
    return files.read(settings.venv / f'.trovestack-{name}')


def _write(settings, name, mark):
    files.write(settings.venv / f'.trovestack-{name}', mark)
