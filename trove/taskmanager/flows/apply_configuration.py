# SPDX-License-Identifier: Apache-2.0
"""An engine takes over the values of its configuration group."""

from trove.taskmanager.steps import base
from trove.taskmanager.steps import tuning


def build(tools):
    """The file first: what runs must also be there after a crash."""
    return base.Flow(
        takes=('before', 'configuration_id', 'undo_configuration_id',
               'overrides', 'previous', 'dynamic', 'undo', 'restart'),
        steps=(
            tuning.HoldInstance(tools),
            tuning.WriteOverrides(tools),
            tuning.ApplyOverrides(tools),
            tuning.RecordConfiguration(tools)))
