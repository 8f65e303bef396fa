# SPDX-License-Identifier: Apache-2.0
"""A guest changes its key and broker user, and its engine runs on."""

from trove.taskmanager.steps import base
from trove.taskmanager.steps import link


def build(tools):
    """Old and new are both good until the guest was heard with the new."""
    return base.Flow(takes=(), quiet=True, steps=(
        link.MakeNextLink(tools),
        link.AdmitNextUser(tools),
        link.TellGuest(tools),
        link.WaitNextLink(tools),
        link.DropOldUser(tools)))
