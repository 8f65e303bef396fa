# SPDX-License-Identifier: Apache-2.0
"""Every option, for oslo-config-generator."""

import importlib
import importlib.metadata

from trove import conf
from trove.conf import service_user

DATASTORES = 'trove.datastores'


def list_opts():
    """(group, options) of the control plane and of each datastore.

    Datastores are found by their entry points: this room does not know
    them.
    """
    found = {}
    for group, options in [*conf.groups(), *_datastores(),
                           (service_user.GROUP, service_user.USUAL)]:
        found.setdefault(group or 'DEFAULT', []).extend(options)
    return sorted(found.items())


def _datastores():
    for entry in sorted(importlib.metadata.entry_points(group=DATASTORES),
                        key=lambda entry: entry.name):
        folder = entry.module.rpartition('.')[0]
        module = importlib.import_module(folder + '.conf')
        yield module.GROUP, module.OPTS
