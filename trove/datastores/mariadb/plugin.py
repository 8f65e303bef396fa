# SPDX-License-Identifier: Apache-2.0
"""MariaDB as the control plane knows it."""

import pathlib
import typing

from trove.common import exception
from trove.datastores.mariadb import conf
from trove.datastores.mariadb import sizing
from trove.datastores.sqlfamily import plugin
from trove.datastores.sqlfamily import sizing as pool


class TooFewMembers(exception.BadRequest):
    """A cluster of so few survives nothing."""

    template = ('instances: a cluster needs at least %(least)d members, not '
                '%(members)d.')


class EvenMembers(exception.BadRequest):
    """Halves of a cluster cannot outvote each other."""

    template = ('instances: the number of members must be odd, not '
                '%(members)d: members vote on who goes on when the cluster '
                'is cut.')


class MariaDB(plugin.SqlDatastore):
    """Names, sizes and abilities of MariaDB 10.11 and newer."""

    name = conf.GROUP
    opts = conf.OPTS
    folder = facts = pathlib.Path(__file__).parent
    memory_parameters = sizing.MEMORY
    user_length = 80

    def check_cluster(self, members: int) -> None:
        """Galera: members vote, so their number is odd."""
        least = self.options.min_cluster_member_count
        if members < least:
            raise TooFewMembers(least=least, members=members)
        if members % 2 == 0 and not self.options.even_cluster_members:
            raise EvenMembers(members=members)

    def sizes(self, ram_mb: int) -> sizing.Sizes:
        """The figures that the template wants."""
        return sizing.sizes(ram_mb)

    def memory_at_start(self, ram_mb: int) -> typing.Mapping[str, int]:
        """The family's, and Aria's cache.

        Not the one of queries: it may be off, and takes nothing then.
        """
        return {**super().memory_at_start(ram_mb),
                'aria_pagecache_buffer_size':
                    self.sizes(ram_mb).aria_cache_mb * pool.MB}

    def offers_tls(self, version: str | None) -> bool:
        """From 11.4 on it makes up a certificate at each start."""
        numbers = [int(part) for part in (version or '').split('.')[:2]
                   if part.isdecimal()]
        return numbers >= [11, 4]
