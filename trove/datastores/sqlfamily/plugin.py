# SPDX-License-Identifier: Apache-2.0
"""What the engines of the MySQL family tell the control plane alike."""

import abc
import functools
import hashlib
import json
import pathlib
import typing

from trove.datastores import base
from trove.datastores import folder
from trove.datastores.sqlfamily import rules
from trove.datastores.sqlfamily import sizing
from trove.objects import order


class SqlDatastore(folder.FolderDatastore):
    """A server of the family.

    ``facts`` is the folder of the template and of the character sets.
    """

    capabilities = frozenset((
        'engine', 'tuning', 'logs', 'databases', 'users', 'root', 'tls',
        'upgrades'))
    withheld_parameters = rules.WITHHELD
    memory_parameters = sizing.MEMORY
    facts: typing.ClassVar[pathlib.Path]
    #: Characters in the name of a user.
    user_length: typing.ClassVar[int]

    @abc.abstractmethod
    def sizes(self, ram_mb: int) -> typing.Any:
        """The figures that the template wants, for a server so large."""

    def memory_at_start(self, ram_mb: int) -> typing.Mapping[str, int]:
        """What is a cache or a buffer of the whole server."""
        return sizing.at_start(self.sizes(ram_mb))

    def check_database(self, spec: order.DatabaseSpec) -> None:
        """Raise BadRequest if such a database may not be made."""
        rules.check_database(spec, _collations(self.facts))

    def check_user(self, spec: order.UserSpec) -> None:
        """Raise BadRequest if such a user may not be made."""
        rules.check_user(spec, self.user_length)

    def check_password(self, password: str) -> None:
        """Raise BadRequest if this may not be a password."""
        rules.check_password(password)

    @property
    def templates(self) -> pathlib.Path:
        """The folder of the template, which engines may share."""
        return self.facts / 'templates'

    def figures(self, flavor: base.Flavor,
                instance_id: str) -> dict[str, typing.Any]:
        """What the template is told, beside the ``version``."""
        return {'server_id': server_id(instance_id),
                'sizes': self.sizes(flavor['ram_mb']),
                'vcpus': flavor['vcpus']}


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
