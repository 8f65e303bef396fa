# SPDX-License-Identifier: Apache-2.0
"""[mysql]: options of the MySQL datastore."""

from oslo_config import cfg

from trove.datastores.sqlfamily import options

GROUP = 'mysql'

OPTS = options.options(
    tcp_ports=['3306'],
    ignore_users=['os_admin', 'root', 'mysql.sys', 'mysql.session',
                  'mysql.infoschema'])


def register(conf: cfg.ConfigOpts) -> None:
    """Declare the options on ``conf``."""
    conf.register_opts(OPTS, group=GROUP)
