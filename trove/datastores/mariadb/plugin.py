# SPDX-License-Identifier: Apache-2.0
"""MariaDB as the control plane knows it."""

import functools
import hashlib
import json
import pathlib
import typing

import jinja2

from trove.common import exception
from trove.datastores import base
from trove.datastores.mariadb import conf as options
from trove.datastores.mariadb import sizing
from trove.datastores.sqlfamily import rules
from trove.objects import order

_HERE = pathlib.Path(__file__).parent
USER_LENGTH = 80

if typing.TYPE_CHECKING:
    from oslo_config import cfg


class TooFewMembers(exception.BadRequest):
    """A cluster of so few survives nothing."""

    template = ('instances: a cluster needs at least %(least)d members, not '
                '%(members)d.')


class EvenMembers(exception.BadRequest):
    """Halves of a cluster cannot outvote each other."""

    template = ('instances: the number of members must be odd, not '
                '%(members)d: members vote on who goes on when the cluster '
                'is cut.')


class MariaDB(base.Datastore):
    """Names, sizes and abilities of MariaDB 10.11 and newer."""

    name = 'mariadb'
    capabilities = frozenset((
        'engine', 'tuning', 'logs', 'databases', 'users', 'root', 'tls'))

    withheld_parameters = rules.WITHHELD

    @staticmethod
    def register_opts(conf: 'cfg.ConfigOpts') -> None:
        """Declare the engine's options."""
        options.register(conf)

    @staticmethod
    def list_opts() -> tuple[str, list[typing.Any]]:
        """The engine's option group, for sample files."""
        return options.GROUP, options.OPTS

    def check_cluster(self, members: int) -> None:
        """Galera: members vote, so their number is odd."""
        least = self.options.min_cluster_member_count
        if members < least:
            raise TooFewMembers(least=least, members=members)
        if members % 2 == 0 and not self.options.even_cluster_members:
            raise EvenMembers(members=members)

    def check_database(self, spec: order.DatabaseSpec) -> None:
        """Raise BadRequest if such a database may not be made."""
        rules.check_database(spec, _collations())

    def check_user(self, spec: order.UserSpec) -> None:
        """Raise BadRequest if such a user may not be made."""
        rules.check_user(spec, USER_LENGTH)

    def check_password(self, password: str) -> None:
        """Raise BadRequest if this may not be a password."""
        rules.check_password(password)

    def render(self, flavor: base.Flavor, instance_id: str,
               version: str) -> str:
        """The base configuration of an engine on a server of this size."""
        return _template().render(server_id=server_id(instance_id),
                                  sizes=sizing.sizes(flavor['ram_mb']),
                                  vcpus=flavor['vcpus'],
                                  version=version) + '\n'

    def defaults(self, flavor: base.Flavor, instance_id: str,
                 version: str) -> dict[str, str]:
        """The base configuration as names and values."""
        found = {}
        for line in self.render(flavor, instance_id, version).splitlines():
            if '=' in line and not line.startswith(('#', '[')):
                name, _, value = line.partition('=')
                found[name.strip()] = value.strip()
        return found

    def parameters(self) -> list[dict[str, typing.Any]]:
        """Parameters that a tenant may tune, as the database stores them."""
        document = json.loads(
            (_HERE / 'parameters.json').read_text('utf-8'))
        return list(document['configuration-parameters'])


def server_id(instance_id: str) -> int:
    """A replication id that is the same wherever and whenever it is made."""
    digest = hashlib.sha256(instance_id.encode()).digest()
    return int.from_bytes(digest[:4], 'big') or 1


@functools.cache
def _collations() -> rules.Collations:
    document = json.loads((_HERE / 'collations.json').read_text('utf-8'))
    return rules.Collations(
        sets={name: frozenset(found)
              for name, found in document['sets'].items()},
        unicode=frozenset(document['unicode']))


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_HERE / 'templates')
    environment = jinja2.Environment(  # noqa: S701 ini files are no HTML
        loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.get_template('config.jinja')
