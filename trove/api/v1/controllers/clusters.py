# SPDX-License-Identifier: Apache-2.0
"""/clusters and /mgmt/clusters: there are none in this release.

What asks for a new one is checked to its end and answered 501; what names
one names nothing.
"""

from trove.api.v1.schemas import clusters as schemas
from trove.common import exception
from trove.operations import create_cluster


class ClusterNotFound(exception.NotFound):
    """No such cluster for this caller."""

    template = 'Cluster %(cluster_id)s does not exist.'


class Clusters:
    """Handlers of clusters."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def index(self, request):
        """C1, X14: every cluster that is seen."""
        return {'clusters': []}

    def create(self, request):
        """C2: whether such a cluster could be."""
        wish = schemas.wish(request.body)
        if wish.configuration_id:
            self._policy.enforce(request.ctx, 'instance:update')
        create_cluster.create_cluster(request.ctx, self._deps, wish)

    def find(self, request):
        """Whatever is done with one."""
        raise ClusterNotFound(cluster_id=request.path['id'])
