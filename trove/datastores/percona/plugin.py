# SPDX-License-Identifier: Apache-2.0
"""Percona Server as the control plane knows it."""

import pathlib

from trove.datastores.percona import conf
from trove.datastores.sqlfamily.mysqld import plugin


class Percona(plugin.MysqldDatastore):
    """Names, sizes and abilities of Percona Server."""

    name = conf.GROUP
    opts = conf.OPTS
    folder = pathlib.Path(__file__).parent
