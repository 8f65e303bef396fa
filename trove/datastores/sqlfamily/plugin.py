# SPDX-License-Identifier: Apache-2.0
"""What the engines of the MySQL family tell the control plane alike."""

import abc
import functools
import hashlib
import json
import pathlib
import typing

import jinja2

from trove.datastores import base
from trove.datastores.sqlfamily import rules
from trove.objects import order


class SqlDatastore(base.Datastore):
    """An engine whose facts lie in files.

    ``facts`` is the folder of the template and of the character sets,
    ``folder`` the engine's own.
    """

    capabilities = frozenset((
        'engine', 'tuning', 'logs', 'databases', 'users', 'root', 'tls',
        'upgrades'))
    withheld_parameters = rules.WITHHELD
    folder: typing.ClassVar[pathlib.Path]
    facts: typing.ClassVar[pathlib.Path]
    #: Characters in the name of a user.
    user_length: typing.ClassVar[int]

    @abc.abstractmethod
    def sizes(self, ram_mb: int) -> typing.Any:
        """The figures that the template wants, for a server so large."""

    def check_database(self, spec: order.DatabaseSpec) -> None:
        """Raise BadRequest if such a database may not be made."""
        rules.check_database(spec, _collations(self.facts))

    def check_user(self, spec: order.UserSpec) -> None:
        """Raise BadRequest if such a user may not be made."""
        rules.check_user(spec, self.user_length)

    def check_password(self, password: str) -> None:
        """Raise BadRequest if this may not be a password."""
        rules.check_password(password)

    def render(self, flavor: base.Flavor, instance_id: str,
               version: str) -> str:
        """The base configuration of an engine on a server of this size."""
        return _template(self.facts).render(
            server_id=server_id(instance_id), version=version,
            sizes=self.sizes(flavor['ram_mb']), vcpus=flavor['vcpus']) + '\n'

    def defaults(self, flavor: base.Flavor, instance_id: str,
                 version: str) -> dict[str, str]:
        """The base configuration as names and values."""
        found = {}
        for line in self.render(flavor, instance_id, version).splitlines():
            if '=' in line and not line.startswith(('#', '[')):
                name, _, value = line.partition('=')
                found[name.strip()] = value.strip()
        return found

    def parameters(self, version: str) -> list[dict[str, typing.Any]]:
        """Parameters that a tenant may tune, as the database stores them."""
        path = self.folder / ('parameters-%s.json' % version)
        document = json.loads(path.read_text('utf-8'))
        return list(document['configuration-parameters'])


def server_id(instance_id: str) -> int:
    """A replication id that is the same wherever and whenever it is made."""
    digest = hashlib.sha256(instance_id.encode()).digest()
    return int.from_bytes(digest[:4], 'big') or 1


@functools.cache
def _collations(folder: pathlib.Path) -> rules.Collations:
    document = json.loads((folder / 'collations.json').read_text('utf-8'))
    return rules.Collations(
        sets={name: frozenset(found)
              for name, found in document['sets'].items()},
        unicode=frozenset(document.get('unicode', ())))


@functools.cache
def _template(folder: pathlib.Path) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(folder / 'templates')
    environment = jinja2.Environment(  # noqa: S701 ini files are no HTML
        loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.get_template('config.jinja')
