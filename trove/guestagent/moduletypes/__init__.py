# SPDX-License-Identifier: Apache-2.0
"""Types of modules: one class each, found by entry points.

A package adds one under ``trove.guestagent.modules`` and is put into the
guest image; the operator then names it in ``module_types``.
"""

import importlib.metadata

from trove.common import exception

GROUP = 'trove.guestagent.modules'


def find(name):
    """The type of this name, or NotSupported."""
    for entry in importlib.metadata.entry_points(group=GROUP, name=name):
        return entry.load()()
    raise exception.NotSupported(feature='Module type %s' % name,
                                 subject='this guest image')
