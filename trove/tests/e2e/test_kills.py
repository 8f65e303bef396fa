# SPDX-License-Identifier: Apache-2.0
"""kill -9 of each process in turn, while an instance lives its life."""

from trove.tests.e2e import kills


def test_whoever_is_killed_an_instance_lives_and_leaves_nothing(
        stack, tenant, operator):
    results = kills.Killer(stack, tenant, operator, seed=2).round()
    assert [str(one) for one in results if not one.good] == []
