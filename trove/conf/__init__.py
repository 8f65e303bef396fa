# SPDX-License-Identifier: Apache-2.0
"""Options: one file per group; nothing else declares any.

An engine's own options stand in its datastore's folder.
"""

import importlib
import pkgutil

from oslo_config import cfg

CONF = cfg.CONF

#: Files of this room that declare nothing.
_OTHERS = ('opts', 'retired', 'retired_table')


def groups():
    """(group name or None, options) of every file of this room, by name."""
    for entry in sorted(pkgutil.iter_modules(__path__),
                        key=lambda item: item.name):
        if entry.name in _OTHERS:
            continue
        module = importlib.import_module(__name__ + '.' + entry.name)
        yield module.GROUP, module.OPTS


def register_opts(conf):
    """Declare every option of the control plane on ``conf``."""
    for group, options in groups():
        conf.register_opts(options, group=group)
