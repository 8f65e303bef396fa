# SPDX-License-Identifier: Apache-2.0
"""MySQL and Percona Server as the control plane knows them."""

import pathlib

from trove.datastores.sqlfamily import plugin
from trove.datastores.sqlfamily.mysqld import sizing


class MysqldDatastore(plugin.SqlDatastore):
    """A server called mysqld."""

    facts = pathlib.Path(__file__).parent
    user_length = 32

    tls_can_be_off = False

    def offers_tls(self, version: str | None) -> bool:
        """Its guest makes a certificate before its first start."""
        return True

    def sizes(self, ram_mb: int) -> sizing.Sizes:
        """The figures that the template wants."""
        return sizing.sizes(ram_mb)
