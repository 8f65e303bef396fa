# SPDX-License-Identifier: Apache-2.0
"""MySQL as the control plane knows it."""

import pathlib

from trove.datastores.mysql import conf
from trove.datastores.sqlfamily.mysqld import plugin


class MySQL(plugin.MysqldDatastore):
    """Names, sizes and abilities of MySQL."""

    name = conf.GROUP
    opts = conf.OPTS
    folder = pathlib.Path(__file__).parent
