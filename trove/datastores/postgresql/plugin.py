# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as the control plane knows it."""

import pathlib
import typing

from trove.datastores import base
from trove.datastores import folder
from trove.datastores.postgresql import conf
from trove.datastores.postgresql import rules
from trove.datastores.postgresql import sizing
from trove.datastores.postgresql import withheld
from trove.objects import order


class PostgreSQL(folder.FolderDatastore):
    """Names, sizes and abilities of PostgreSQL 15 and newer."""

    name = conf.GROUP
    opts = conf.OPTS
    folder = pathlib.Path(__file__).parent
    quotes = "'"
    capabilities = frozenset((
        'engine', 'tuning', 'logs', 'databases', 'users', 'root', 'tls',
        'upgrades'))
    withheld_parameters = withheld.NAMES
    memory_parameters = sizing.MEMORY

    def check_database(self, spec: order.DatabaseSpec) -> None:
        """Raise BadRequest if such a database may not be made."""
        rules.check_database(spec)

    def check_user(self, spec: order.UserSpec) -> None:
        """Raise BadRequest if such a user may not be made."""
        rules.check_user(spec)

    def check_password(self, password: str) -> None:
        """Raise BadRequest if this may not be a password."""
        rules.check_password(password)

    def memory_at_start(self, ram_mb: int) -> typing.Mapping[str, int]:
        """What all sessions share; what each sorts with comes and goes."""
        return sizing.at_start(ram_mb)

    def figures(self, flavor: base.Flavor,
                instance_id: str) -> dict[str, typing.Any]:
        """What the template is told, beside the ``version``."""
        return {'sizes': sizing.sizes(flavor['ram_mb'], flavor['vcpus'])}
