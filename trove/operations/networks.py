# SPDX-License-Identifier: Apache-2.0
"""Whether an instance can be attached where its tenant wants."""

import dataclasses
import ipaddress

from trove.cloud import ports
from trove.common import context
from trove.common import exception
from trove.operations import catalogue
from trove.operations import deps as deps_


class NoNetwork(exception.BadRequest):
    """No network was named, and none goes without saying."""

    template = 'Name a network in nics: %(reason)s.'


class NetworkRefused(exception.BadRequest):
    """The network or subnet does not exist for this project."""

    template = 'nics: %(reason)s'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """Where an instance shall be attached."""

    network_id: str | None = None
    subnet_id: str | None = None
    ip_address: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        """The JSON form that operations carry."""
        return dataclasses.asdict(self)


def check(ctx: context.Context, deps: deps_.Deps,
          nics: tuple[Nic, ...]) -> tuple[Nic, ...]:
    """The nics with their networks filled in, or why they cannot be."""
    if not nics:
        return _unsaid(ctx, deps)
    return tuple(_check_one(ctx, deps, nic) for nic in nics)


def _unsaid(ctx: context.Context, deps: deps_.Deps) -> tuple[Nic, ...]:
    """The operator's default network, else the only one of the project."""
    if deps.conf.network.default_network_id:
        return ()
    usable = catalogue.networks(deps, ctx.project_id)
    if len(usable) == 1:
        return (Nic(network_id=usable[0]),)
    raise NoNetwork(reason='the project can use several' if usable
                    else 'the project has none yet')


def _check_one(ctx: context.Context, deps: deps_.Deps, nic: Nic) -> Nic:
    if not (nic.network_id or nic.subnet_id):
        raise NetworkRefused(reason='name a network or a subnet.')
    if nic.ip_address and not nic.subnet_id:
        raise NetworkRefused(reason='ip_address needs subnet_id.')
    try:
        subnet = catalogue.subnet(deps, ctx.project_id, nic.network_id,
                                  nic.subnet_id)
    except (exception.NotFound, ports.CloudRefused) as error:
        raise NetworkRefused(reason=str(error)) from error
    if subnet is None:
        return nic
    cidr = ipaddress.ip_network(subnet.cidr)
    if nic.ip_address and ipaddress.ip_address(nic.ip_address) not in cidr:
        raise NetworkRefused(reason='%s is not in the subnet %s.'
                             % (nic.ip_address, cidr))
    for text in deps.conf.reserved_network_cidrs:
        reserved = ipaddress.ip_network(text)
        if reserved.version == cidr.version and cidr.overlaps(reserved):
            raise NetworkRefused(reason='the subnet %s overlaps %s, which '
                                 'is reserved.' % (cidr, reserved))
    return dataclasses.replace(nic, network_id=subnet.network_id)
