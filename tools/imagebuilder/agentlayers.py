# SPDX-License-Identifier: Apache-2.0
"""The layers of the guest agent, made by the guest's own Python.

The agent lives in a virtual environment without pip. pip and the tools that
build wheels are in a layer of their own that no image contains.
"""

import contextlib
import os

from imagebuilder import agentsource
from imagebuilder import layers
from imagebuilder import packages
from imagebuilder import pipconfig

HOME = '/opt/trove-guestagent'
TOOLS = '/opt/pytools'
UNITS = 'etc/systemd/system'
SERVICE = 'trove-guestagent.service'
# Python compiles for itself what it loads when it starts, at the same time and
# not to the last bit as it is compiled for the guests.
NO_BYTECODE = {'PYTHONDONTWRITEBYTECODE': '1'}
BUILD_TOOLS = ('pip', 'setuptools', 'wheel', 'pbr>=6.1.1')


class PipLayer(layers.Layer):
    """A layer that pip fills."""

    @contextlib.contextmanager
    def pip_root(self, site, store, upper=None):
        """Give a root in which pip works as it does on this machine."""
        config = pipconfig.read()
        with self.root(site, store, upper) as root:
            conf = root.inside('run/pip.conf')
            conf.touch(mode=0o600)
            conf.write_text(config.text(), 'utf-8')
            self.pip_environment = {
                **root.connect(), 'PIP_CONFIG_FILE': '/run/pip.conf',
                'PIP_CACHE_DIR': '/run/pip-cache', 'PIP_NO_INPUT': '1',
                'PIP_DISABLE_PIP_VERSION_CHECK': '1',
                'PIP_ROOT_USER_ACTION': 'ignore'}
            root.bind(store.cache('pip'), '/run/pip-cache', writable=True)
            for path in config.paths():
                root.bind(path)
            yield root

    def pip(self, root, *words, what):
        """Run pip of the tools, on the environment of the agent."""
        root.run([f'{TOOLS}/bin/python', '-m', 'pip', *words], what=what,
                 env=self.pip_environment)


class ToolsLayer(PipLayer):
    """pip, and what builds a wheel of the project."""

    label = 'pytools'
    title = 'tools for the agent'
    size_mb = 150

    def __init__(self, base):
        super().__init__(below=(base,), needs=(base,))
        self._base = base

    def facts(self):
        """Return the tools."""
        return [self._base.description.agent_packages, BUILD_TOOLS]

    def make(self, site, store, progress, notes):
        """Install pip from Debian, the rest from the package index."""
        with self.pip_root(site, store) as root:
            names = self._base.description.agent_packages
            with progress.step('installing ' + ' '.join(names)):
                packages.Apt(root, store, self._base.suite,
                             self._base.source_lines()).install(names)
            with progress.step('installing ' + ' '.join(BUILD_TOOLS)):
                root.run(['python3', '-m', 'venv', TOOLS],
                         what='making an environment for the tools')
                self.pip(root, 'install', '--upgrade', *BUILD_TOOLS,
                         what='installing the tools for the agent')


class LibrariesLayer(PipLayer):
    """The Python packages of others that the agent needs."""

    label = 'pylibs'
    title = 'Python packages of the agent'
    size_mb = 150

    def __init__(self, source, extras, tools, pins=()):
        super().__init__(below=(tools, *tools.below), needs=(tools,))
        self._requirements = source.requirements(extras)
        self._constraints = [*source.constraints(), *pins]

    def facts(self):
        """Return what is required."""
        return [self._requirements, self._constraints]

    def make(self, site, store, progress, notes):
        """Make the environment and install into it, and nothing else."""
        home = site.tree / HOME.lstrip('/')
        home.mkdir(parents=True)
        with (progress.step('installing the Python packages of the agent'),
              self.pip_root(site, store, site.path / 'rest') as root):
            root.bind(home, HOME, writable=True)
            root.run(['python3', '-m', 'venv', '--without-pip', HOME],
                     what="making the agent's environment")
            wanted = root.inside('run/requirements.txt')
            wanted.write_text('\n'.join(self._requirements) + '\n', 'utf-8')
            limits = root.inside('run/constraints.txt')
            limits.write_text('\n'.join(self._constraints) + '\n', 'utf-8')
            self.pip(root, '--python', f'{HOME}/bin/python', 'install',
                     '--no-compile', '--prefer-binary', '--requirement',
                     '/run/requirements.txt', '--constraint',
                     '/run/constraints.txt',
                     what='installing the Python packages of the agent')
            compile_all(root)
        notes['distributions'] = distributions(home)


class AgentLayer(PipLayer):
    """The project's own code and its systemd unit."""

    label = 'agent'
    title = 'guest agent'
    size_mb = 30

    def __init__(self, source, libraries):
        super().__init__(below=(libraries, *libraries.below),
                         needs=(libraries,))
        self._source = source

    def facts(self):
        """Return the fingerprint of the source tree."""
        return self._source.fingerprint()

    def make(self, site, store, progress, notes):
        """Build the wheel, install it on top of the libraries, enable it."""
        home = site.tree / HOME.lstrip('/')
        libraries = store.layer(self.below[0].name) / HOME.lstrip('/')
        with (progress.step('building and installing the agent'),
              self.pip_root(site, store, site.path / 'rest') as root):
            home.parent.mkdir(parents=True)
            root.stack(HOME, libraries, site.path / 'home')
            self._source.copy(root.inside('run/source'))
            self.pip(root, 'wheel', '--no-deps', '--no-build-isolation',
                     '--wheel-dir', '/run/wheel', '/run/source',
                     what="building the agent's wheel")
            wheel, = root.inside('run/wheel').iterdir()
            self.pip(root, '--python', f'{HOME}/bin/python', 'install',
                     '--no-compile', '--no-deps', '--no-index',
                     '--find-links', '/run/wheel', named(wheel.name),
                     what='installing the agent')
            compile_all(root, agentsource.PACKAGE)
            units = site.tree / UNITS
            wants = units / 'multi-user.target.wants'
            wants.mkdir(parents=True)
            (units / SERVICE).write_text(self._source.unit(), 'utf-8')
            (wants / SERVICE).symlink_to(f'/{UNITS}/{SERVICE}')
        os.rename(site.path / 'home', home)
        notes['distributions'] = distributions(home)


def named(wheel):
    """Return the requirement that this very wheel fulfils.

    pip notes the checksum of a wheel that is given as a file, and no two
    wheels are the same: nor would be two disks of one lock.
    """
    name, version = wheel.split('-')[:2]
    return f'{name}=={version}'


def compile_all(root, package=''):
    """Compile once for all guests; the files never change afterwards."""
    library, = root.inside(HOME).glob('lib/python3*/site-packages')
    below = f'/{library.relative_to(root.path)}/{package}'.rstrip('/')
    root.run([f'{HOME}/bin/python', '-m', 'compileall', '-q', '-f', '-j', '0',
              '--invalidation-mode', 'unchecked-hash', below],
             what='compiling Python code', env=NO_BYTECODE)


def distributions(home):
    """Return {name: version} of what is installed in an environment."""
    found = {}
    for path in home.glob('lib/python3*/site-packages/*.dist-info'):
        name, _, version = path.name.removesuffix(
            '.dist-info').partition('-')
        found[name] = version
    return found
