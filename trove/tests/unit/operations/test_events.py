# SPDX-License-Identifier: Apache-2.0
"""Which requests are told of, as what, and who tells their end."""

import pathlib

from trove.operations import events
from trove.taskmanager import flows

PAGE = pathlib.Path(__file__).parents[4] / (
    'doc/source/admin/notifications.rst')


def test_each_verb_of_a_taskmanager_is_decided_on():
    """A new flow: say in OF_VERB what its request is called, or None."""
    assert set(events.OF_VERB) == set(flows.VERBS)


def test_what_a_taskmanager_ends_is_in_the_manual():
    page = PAGE.read_text()
    assert [name for name in events.PROMISED if name not in page] == []
