# SPDX-License-Identifier: Apache-2.0
"""Percona Server's guest half."""

from trove.datastores import interfaces
from trove.datastores.percona import conf
from trove.datastores.sqlfamily.guest import mysqld


def build(kit: interfaces.Kit,
          settings: interfaces.Settings) -> interfaces.Driver:
    """The Driver for Percona Server on this machine."""
    conf.register(settings.conf)
    return mysqld.build(kit, settings, settings.conf.percona, 'Percona Server')
