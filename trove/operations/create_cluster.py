# SPDX-License-Identifier: Apache-2.0
"""Whether a cluster could be made.

Clusters are not offered by this release: a request is checked to its end and
then refused.
"""

import dataclasses
import typing

from trove.cloud import resources
from trove.common import context
from trove.common import exception
from trove.operations import apply_configuration
from trove.operations import capacity
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import memory_values
from trove.operations import networks
from trove.operations import quota


class ClustersNotSupported(exception.NotSupported):
    """The deployment cannot do this."""

    template = 'Clusters are not supported by this deployment.'


class Unlike(exception.BadRequest):
    """Members of a cluster are of one kind."""

    template = 'instances: all members must have the same %(what)s.'


class NotForThisEngine(exception.BadRequest):
    """Something that clusters of the engine do not have."""

    template = '%(field)s cannot be given for a cluster of %(datastore)s.'


class UnknownZone(exception.BadRequest):
    """No such availability zone, or it is down."""

    template = ('instances: availability zone %(zone)s does not exist or is '
                'down.')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A member as its tenant wants it."""

    flavor_id: str
    volume_gb: int | None = None
    volume_type: str | None = None
    nics: tuple[networks.Nic, ...] = ()
    availability_zone: str | None = None
    region: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A cluster as its tenant wants it."""

    name: str
    datastore: str
    version: str
    nodes: tuple[Node, ...]
    configuration_id: str | None = None
    extended_properties: bool = False


def create_cluster(ctx: context.Context, deps: deps_.Deps,
                   wish: Wish) -> typing.NoReturn:
    """Check all that can be wrong with a cluster, then say so."""
    version = datastores.choose(deps, wish.datastore, wish.version, None)
    engine = capacity.engine_of(deps, version)
    engine.check_cluster(len(wish.nodes))
    if wish.extended_properties:
        raise NotForThisEngine(field='extended_properties',
                               datastore=version.datastore_name)
    image = capacity.image_of(deps, version)
    _check_alike(wish.nodes)
    first = wish.nodes[0]
    flavor = capacity.flavor_of(deps, first.flavor_id, version, image)
    volume_gb, _ = capacity.volume_of(deps, engine, version, flavor,
                                      first.volume_gb, first.volume_type)
    if wish.configuration_id:
        group = apply_configuration.check_group(
            ctx, deps, wish.configuration_id, version.id, version.name)
        memory_values.check(deps, version.manager, group.values,
                            flavor.ram_mb, memory_values.flavor(flavor.id))
    _check_places(ctx, deps, wish.nodes)
    quota.check(deps, ctx.project_id, _deltas(
        len(wish.nodes), flavor, volume_gb))
    raise ClustersNotSupported()


def _deltas(count: int, flavor: resources.Flavor,
            volume_gb: int | None) -> dict[str, int]:
    return {'instances': count, 'ram': count * flavor.ram_mb,
            'volumes': count * (volume_gb or 0)}


def _check_alike(nodes: tuple[Node, ...]) -> None:
    for what, kinds in (
            ('flavor', {node.flavor_id for node in nodes}),
            ('size of volume', {node.volume_gb for node in nodes}),
            ('type of volume', {node.volume_type for node in nodes}),
            ('network', {node.nics for node in nodes})):
        if len(kinds) > 1:
            raise Unlike(what=what)


def _check_places(ctx: context.Context, deps: deps_.Deps,
                  nodes: tuple[Node, ...]) -> None:
    networks.check(ctx, deps, nodes[0].nics)
    for zone in sorted({node.availability_zone for node in nodes
                        if node.availability_zone}):
        if not capacity.has_zone(deps, zone):
            raise UnknownZone(zone=zone)
    own = deps.conf.service_credentials.region_name
    if any(node.region not in (None, own) for node in nodes):
        raise exception.NotSupported(feature='Another region',
                                     subject='this deployment')
