# SPDX-License-Identifier: Apache-2.0
"""Modules are brought to an instance again."""

from trove.taskmanager.steps import base
from trove.taskmanager.steps import modules


def build(tools):
    """One step; the instance goes on as it is."""
    return base.Flow(takes=('modules', 'again'), quiet=True, steps=(
        modules.ApplyModules(tools),))
