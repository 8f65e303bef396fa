# SPDX-License-Identifier: Apache-2.0
"""Every policy rule with its default; one file per resource."""

import itertools

from trove.policies import backups
from trove.policies import base
from trove.policies import catalogue
from trove.policies import clusters
from trove.policies import configurations
from trove.policies import datastores
from trove.policies import instance_extensions
from trove.policies import instances
from trove.policies import mgmt
from trove.policies import modules


def list_rules():
    """All rules, for the enforcer and for the generators of oslo.policy."""
    return list(itertools.chain.from_iterable(
        room.RULES for room in (
            base, instances, instance_extensions, clusters, backups,
            configurations, datastores, catalogue, modules, mgmt)))
