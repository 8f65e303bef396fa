# SPDX-License-Identifier: Apache-2.0
"""Connections to an instance and its replicas are encrypted, or not."""

from trove.objects.status import Task
from trove.taskmanager.steps import base
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import tls


def build(tools):
    """What is to come is on record; it counts when all engines have it."""
    return base.Flow(takes=('was', 'replicas', 'kind'), steps=(
        outcome.BackTo(tools, Task.UPDATING),
        tls.LetReplicasGo(tools),
        tls.IssueCertificates(tools),
        tls.ConfigureTls(tools),
        tls.KeepTls(tools)))
