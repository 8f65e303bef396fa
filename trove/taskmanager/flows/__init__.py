# SPDX-License-Identifier: Apache-2.0
"""In what order: one file per verb, each a list of steps and nothing else."""

import importlib
import pkgutil

#: Names of all verbs that this taskmanager knows.
VERBS = tuple(sorted(entry.name for entry in pkgutil.iter_modules(__path__)))


def build(verb, tools):
    """The Flow of a verb, its steps working with ``tools``."""
    return importlib.import_module('%s.%s' % (__name__, verb)).build(tools)
