# SPDX-License-Identifier: Apache-2.0
"""What we need of a cloud; its things, in our own nouns, are `resources`.

Adapters (one file per service) and the fake keep these promises; the same
contract tests run against both. Rules for all methods:

- "create" methods first look for what an earlier try may have made (by name
  or tag that carries the operation id) and return that.
- "delete" methods treat "already gone" as done and return nothing.
- Errors of the services end here: NotFound, Conflict, CloudQuota, CloudBusy
  (worth trying again), CloudRefused (will stay refused), CloudDown.
- Nothing waits longer than one request's time limit; who wants to wait uses
  `trove.common.waiting.until` on a `show`.
"""

import abc
import dataclasses

from trove.cloud import resources
from trove.common import context
from trove.common import exception
from trove.objects import orphan


class CloudError(exception.TroveError):
    """A service of the cloud refused or failed; carries its own words."""

    template = '%(service)s: %(reason)s'


class CloudRefused(CloudError):
    """The request is wrong for this cloud and will stay wrong."""


class CloudQuota(CloudError):
    """A quota of the cloud (not of ours) is exhausted."""


class CloudBusy(CloudError):
    """In the present state not possible, later perhaps (409, 429)."""


class CloudDown(CloudError):
    """No answer, a connection lost, or a 5xx; the outcome is unknown."""


class Compute(abc.ABC):
    """Servers, flavors, zones, server groups."""

    @abc.abstractmethod
    def flavors(self) -> list[resources.Flavor]:
        """All flavors that tenants may use."""

    @abc.abstractmethod
    def flavor(self, flavor_id: str) -> resources.Flavor:
        """One flavor, or NotFound."""

    @abc.abstractmethod
    def zones(self) -> list[str]:
        """Names of the availability zones that are up."""

    @abc.abstractmethod
    def boot(self, order: resources.ServerOrder) -> resources.Server:
        """Ask for a server and return at once; see `show` for the outcome.

        A server whose metadata names the same operation is returned instead
        of booting a second one.
        """

    @abc.abstractmethod
    def find(self, instance_id: str) -> list[resources.Server]:
        """Servers whose metadata names the instance, any operation."""

    @abc.abstractmethod
    def show(self, server_id: str) -> resources.Server:
        """The server now, or NotFound."""

    @abc.abstractmethod
    def last_failure(self, server_id: str) -> str | None:
        """What the newest action on the server failed with, in the cloud's
        words; None when it did not fail, or the cloud does not tell.

        For what leaves a server as it was and without a fault.
        """

    @abc.abstractmethod
    def statuses(self) -> dict[str, str]:
        """Status by server id of every server of ours, in few requests."""

    @abc.abstractmethod
    def mark(self, server_id: str, instance_id: str,
             tags: tuple[str, ...]) -> None:
        """Tag a server as `boot` does; tags of others stay. NotFound."""

    @abc.abstractmethod
    def owned(self) -> list[orphan.Thing]:
        """Every server and server group that bears our mark."""

    @abc.abstractmethod
    def delete(self, server_id: str) -> None:
        """Ask for its end; `show` raises NotFound when it is gone."""

    @abc.abstractmethod
    def reboot(self, server_id: str, hard: bool = False) -> None:
        """Ask it to boot anew; ``hard`` also where it does not run.

        `show` says REBOOT or HARD_REBOOT from the moment this returns.
        """

    @abc.abstractmethod
    def resize(self, server_id: str, flavor_id: str) -> None:
        """Ask for another flavor; `show` says RESIZE, then VERIFY_RESIZE."""

    @abc.abstractmethod
    def migrate(self, server_id: str, host: str | None = None) -> None:
        """Ask for another host, this one or any; shown as a resize is."""

    @abc.abstractmethod
    def rebuild(self, server_id: str, order: resources.RebuildOrder) -> None:
        """Ask for a new root disk; volumes, ports and addresses stay."""

    @abc.abstractmethod
    def confirm_resize(self, server_id: str) -> None:
        """Begin to give up what a resized or migrated server was before.

        Its status stays VERIFY_RESIZE for a while; asking again meanwhile
        changes nothing.
        """

    @abc.abstractmethod
    def revert_resize(self, server_id: str) -> None:
        """Go back to what a resized or migrated server was before."""

    @abc.abstractmethod
    def create_group(self, name: str, policy: str) -> str:
        """Id of a server group of that name and policy."""

    @abc.abstractmethod
    def delete_group(self, group_id: str) -> None:
        """Remove a server group."""


class Volumes(abc.ABC):
    """Data volumes."""

    @abc.abstractmethod
    def types(self) -> list[resources.VolumeType]:
        """Volume types on offer."""

    @abc.abstractmethod
    def create(self, name: str, size_gb: int, instance_id: str,
               operation_id: str, volume_type: str | None = None,
               availability_zone: str | None = None) -> resources.Volume:
        """Ask for a volume (found again by name and operation metadata)."""

    @abc.abstractmethod
    def find(self, instance_id: str) -> list[resources.Volume]:
        """Volumes whose metadata names the instance."""

    @abc.abstractmethod
    def show(self, volume_id: str) -> resources.Volume:
        """The volume now, or NotFound."""

    @abc.abstractmethod
    def owned(self) -> list[orphan.Thing]:
        """Every volume that bears our mark."""

    @abc.abstractmethod
    def extend(self, volume_id: str, size_gb: int) -> None:
        """Ask for a larger volume, in use or not; `show` says extending.

        CloudRefused when it is not smaller now.
        """

    @abc.abstractmethod
    def reset_status(self, volume_id: str, status: str) -> None:
        """Set the status of a volume that is left in an error."""

    @abc.abstractmethod
    def delete(self, volume_id: str) -> None:
        """Ask for its end; CloudBusy while it is attached."""


class Network(abc.ABC):
    """Ports, security groups, floating addresses."""

    @abc.abstractmethod
    def check(self, project_id: str, network_id: str | None,
              subnet_id: str | None) -> resources.Subnet | None:
        """Hold a tenant's choice: the network (and subnet in it) exists and
        the project may use it; else NotFound. Gives the subnet if named."""

    @abc.abstractmethod
    def usable(self, project_id: str) -> list[str]:
        """Ids of the networks with a subnet that the project can attach a
        server to: its own and the shared ones, external ones left out."""

    @abc.abstractmethod
    def create_port(self, name: str, network_id: str,
                    security_groups: tuple[str, ...],
                    subnet_id: str | None = None,
                    address: str | None = None,
                    description: str = '') -> resources.Port:
        """A port in that network (found again by name and description)."""

    @abc.abstractmethod
    def ports(self, instance_id: str) -> list[resources.Port]:
        """Every port of the instance, floating addresses joined in."""

    @abc.abstractmethod
    def delete_port(self, port_id: str) -> None:
        """Remove a port and what floats on it."""

    @abc.abstractmethod
    def create_security_group(self, name: str,
                              rules: tuple[resources.Rule, ...],
                              description: str = '') -> str:
        """Id of the security group of that name, with exactly the rules."""

    @abc.abstractmethod
    def security_groups(self, name: str) -> list[str]:
        """Ids of our security groups of that name."""

    @abc.abstractmethod
    def delete_security_group(self, group_id: str) -> None:
        """Remove a security group; CloudBusy while a port uses it."""

    @abc.abstractmethod
    def create_floating(self, port_id: str, project_id: str,
                        public_network_id: str | None,
                        description: str = '') -> str:
        """A floating address on the port; a present one is returned."""

    @abc.abstractmethod
    def delete_floating(self, address: str) -> None:
        """Give a floating address back."""

    @abc.abstractmethod
    def owned(self) -> list[orphan.Thing]:
        """Every port, security group and floating address that bears our
        mark. Ports of both networks are of kind ``port``."""


class Images(abc.ABC):
    """Images for guests."""

    @abc.abstractmethod
    def show(self, image_id: str) -> resources.Image:
        """One image, or NotFound."""

    @abc.abstractmethod
    def newest(self, tags: tuple[str, ...]) -> resources.Image:
        """Newest active image carrying all tags, or NotFound."""


class ObjectStore(abc.ABC):
    """Objects of tenants, reached with their own tokens."""

    @abc.abstractmethod
    def account(self, ctx: context.Context) -> resources.Account:
        """The caller's account, which answers.

        NotSupported where the cloud has no object store for the caller,
        Forbidden where the token does not open it.
        """


class Secrets(abc.ABC):
    """Secrets of tenants; each call is made with the caller's token."""

    @abc.abstractmethod
    def payload(self, token: str | None, ref: str, most_bytes: int) -> bytes:
        """What the reference stands for.

        BadRequest when it is none, is too large or is kept from the
        caller; NotFound when nothing is there.
        """

    @abc.abstractmethod
    def add_consumer(self, token: str | None, ref: str,
                     instance_id: str) -> None:
        """Show the instance among those that use the secret."""

    @abc.abstractmethod
    def remove_consumer(self, token: str | None, ref: str,
                        instance_id: str) -> None:
        """Show it no more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cloud:
    """The services together, as one set of credentials sees them."""

    compute: Compute
    volumes: Volumes
    network: Network
    images: Images
    objects: ObjectStore
    secrets: Secrets
