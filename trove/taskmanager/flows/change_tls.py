# SPDX-License-Identifier: Apache-2.0
"""Connections to an instance and its replicas are encrypted, or not."""

from trove.taskmanager.steps import base
from trove.taskmanager.steps import tls


def build(tools):
    """What is to come is on record; it counts when all engines have it."""
    return base.Flow(takes=('was', 'replicas', 'kind'), steps=(
        tls.LetGo(tools),
        tls.IssueCertificates(tools),
        tls.ConfigureTls(tools),
        tls.KeepTls(tools)))
