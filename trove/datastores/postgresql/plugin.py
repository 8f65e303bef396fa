# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as the control plane knows it."""

import functools
import json
import pathlib
import typing

import jinja2

from trove.datastores import base
from trove.datastores.postgresql import conf as options
from trove.datastores.postgresql import rules
from trove.datastores.postgresql import sizing
from trove.datastores.postgresql import withheld
from trove.objects import order

_HERE = pathlib.Path(__file__).parent

if typing.TYPE_CHECKING:
    from oslo_config import cfg


class PostgreSQL(base.Datastore):
    """Names, sizes and abilities of PostgreSQL 15 and newer."""

    name = 'postgresql'
    capabilities = frozenset((
        'engine', 'tuning', 'logs', 'databases', 'users', 'root', 'tls',
        'upgrades'))

    withheld_parameters = withheld.NAMES

    @staticmethod
    def register_opts(conf: 'cfg.ConfigOpts') -> None:
        """Declare the engine's options."""
        options.register(conf)

    @staticmethod
    def list_opts() -> tuple[str, list[typing.Any]]:
        """The engine's option group, for sample files."""
        return options.GROUP, options.OPTS

    def check_database(self, spec: order.DatabaseSpec) -> None:
        """Raise BadRequest if such a database may not be made."""
        rules.check_database(spec)

    def check_user(self, spec: order.UserSpec) -> None:
        """Raise BadRequest if such a user may not be made."""
        rules.check_user(spec)

    def check_password(self, password: str) -> None:
        """Raise BadRequest if this may not be a password."""
        rules.check_password(password)

    def render(self, flavor: base.Flavor, instance_id: str,
               version: str) -> str:
        """The base configuration of an engine on a server of this size."""
        return _template().render(
            sizes=sizing.sizes(flavor['ram_mb'], flavor['vcpus']),
            version=version) + '\n'

    def defaults(self, flavor: base.Flavor, instance_id: str,
                 version: str) -> dict[str, str]:
        """The base configuration as names and values."""
        found = {}
        for line in self.render(flavor, instance_id, version).splitlines():
            if '=' in line and not line.startswith('#'):
                name, _, value = line.partition('=')
                found[name.strip()] = value.strip().strip("'")
        return found

    def parameters(self, version: str) -> list[dict[str, typing.Any]]:
        """Parameters that a tenant may tune, as the database stores them."""
        return _parameters(_HERE / ('parameters-%s.json' % version))


def _parameters(path: pathlib.Path) -> list[dict[str, typing.Any]]:
    document = json.loads(path.read_text('utf-8'))
    return list(document['configuration-parameters'])


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_HERE / 'templates')
    environment = jinja2.Environment(  # noqa: S701 no HTML
        loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.get_template('config.jinja')
