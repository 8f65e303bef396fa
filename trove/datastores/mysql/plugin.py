# SPDX-License-Identifier: Apache-2.0
"""MySQL as the control plane knows it."""

import pathlib
import typing

from trove.datastores.mysql import conf as options
from trove.datastores.sqlfamily.mysqld import plugin

if typing.TYPE_CHECKING:
    from oslo_config import cfg


class MySQL(plugin.MysqldDatastore):
    """Names, sizes and abilities of MySQL."""

    name = 'mysql'
    folder = pathlib.Path(__file__).parent

    @staticmethod
    def register_opts(conf: 'cfg.ConfigOpts') -> None:
        """Declare the engine's options."""
        options.register(conf)

    @staticmethod
    def list_opts() -> tuple[str, list[typing.Any]]:
        """The engine's option group, for sample files."""
        return options.GROUP, options.OPTS
