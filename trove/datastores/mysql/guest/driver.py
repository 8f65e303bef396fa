# SPDX-License-Identifier: Apache-2.0
"""MySQL's guest half."""

from trove.datastores import interfaces
from trove.datastores.mysql import conf
from trove.datastores.sqlfamily.guest import mysqld


def build(kit: interfaces.Kit,
          settings: interfaces.Settings) -> interfaces.Driver:
    """The Driver for MySQL on this machine."""
    conf.register(settings.conf)
    return mysqld.build(kit, settings, settings.conf.mysql, 'MySQL')
