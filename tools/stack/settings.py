# SPDX-License-Identifier: Apache-2.0
"""Where everything of one stack is: directories, ports, names.

Several stacks can stand side by side. Stack 0 is the one of `demo` and `up`;
the end-to-end tests bring up stack 1. They share what is only read once it
is made (the Python packages and the images) and nothing else.
"""

import dataclasses
import os
import pathlib

from stack import errors

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_HOME = '/var/lib/trovestack'
MAX_SLOT = 19


@dataclasses.dataclass(frozen=True)
class Settings:
    """One stack."""

    home: pathlib.Path      # all of all stacks
    slot: int               # 0..19

    @property
    def state(self):
        """The directory of this stack."""
        return self.home / f'stack{self.slot}'

    @property
    def prefix(self):
        """Of bridges, namespaces, tables and machine names."""
        return 'tc' if self.slot == 0 else f'tc{self.slot}'

    def port(self, base):
        """The port of this stack that is ``base`` in stack 0."""
        return base + 20 * self.slot

    @property
    def api_port(self):
        """trove-api's."""
        return self.port(8779)

    @property
    def cloud_port(self):
        """The one-machine cloud's."""
        return self.port(8700)

    @property
    def amqp_port(self):
        """RabbitMQ's."""
        return self.port(5673)

    @property
    def management_port(self):
        """That of RabbitMQ's management API."""
        return self.port(15673)

    @property
    def distribution_port(self):
        """On which RabbitMQ's own tools reach it."""
        return self.port(25673)

    @property
    def epmd_port(self):
        """That of Erlang's port mapper."""
        return self.port(4370)

    @property
    def network(self):
        """The first two numbers of every address of this stack."""
        return f'10.{77 + self.slot}'

    @property
    def broker_address(self):
        """The host's address on the management network."""
        return f'{self.network}.0.1'

    @property
    def venv(self):
        """The Python packages, shared by all stacks."""
        return self.home / 'venv'

    @property
    def python(self):
        """The virtual environment's Python."""
        return self.venv / 'bin' / 'python'

    @property
    def images(self):
        """The guest images, shared by all stacks."""
        return self.home / 'images'

    @property
    def logs(self):
        """One file for each process."""
        return self.state / 'logs'

    @property
    def cloud_dir(self):
        """What belongs to the one-machine cloud."""
        return self.state / 'cloud'

    @property
    def cloud_config(self):
        """The one-machine cloud's own configuration."""
        return self.state / 'localcloud.conf'

    @property
    def trove_dir(self):
        """Configuration, keyring and database of Trove's services."""
        return self.state / 'trove'

    @property
    def trove_conf(self):
        """The configuration of Trove's services."""
        return self.trove_dir / 'trove.conf'

    @property
    def clouds_yaml(self):
        """What OpenStack clients read."""
        return self.state / 'clouds.yaml'

    @property
    def cloud_url(self):
        """The one-machine cloud's, without a service's path."""
        return f'http://127.0.0.1:{self.cloud_port}'

    @property
    def api_url(self):
        """trove-api's, without a version."""
        return f'http://127.0.0.1:{self.api_port}'


def load(slot=None, environ=None):
    """The settings of a stack, by number or by TROVESTACK_SLOT."""
    environ = os.environ if environ is None else environ
    home = pathlib.Path(environ.get('TROVESTACK_DIR') or DEFAULT_HOME)
    if not home.is_absolute():
        raise errors.StackError(
            f'TROVESTACK_DIR must be an absolute path; it is {home}.')
    text = environ.get('TROVESTACK_SLOT', '0') if slot is None else slot
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_SLOT:
        raise errors.StackError(
            f'The number of a stack is 0 to {MAX_SLOT}; it is {text!r}.')
    return Settings(home=home, slot=number)
