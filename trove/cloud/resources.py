# SPDX-License-Identifier: Apache-2.0
"""The things of a cloud as `trove.cloud.ports` speaks of them."""

import dataclasses


def name_of(instance_id: str) -> str:
    """The name of an instance's ports and volumes in the cloud."""
    return 'trove-' + instance_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Flavor:
    """Sizes of a server."""

    id: str
    name: str
    ram_mb: int
    vcpus: int
    disk_gb: int
    ephemeral_gb: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server: status is Nova's word, ``fault`` its message in ERROR."""

    id: str
    name: str
    status: str
    fault: str | None = None
    host: str | None = None
    flavor_id: str | None = None
    flavor_name: str | None = None
    image_id: str | None = None
    metadata: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServerOrder:
    """What to boot; ``instance_id`` and ``operation_id`` become metadata."""

    name: str
    instance_id: str
    operation_id: str
    project_id: str
    image_id: str
    flavor_id: str
    port_ids: tuple[str, ...]
    user_data: str
    volume_id: str | None = None
    availability_zone: str | None = None
    server_group_id: str | None = None
    key_name: str | None = None
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RebuildOrder:
    """What a server is made anew of; ``metadata`` replaces what it has."""

    image_id: str
    user_data: str = dataclasses.field(repr=False)
    metadata: dict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A data volume: status is Cinder's word."""

    id: str
    name: str
    status: str
    size_gb: int
    type: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VolumeType:
    """A kind of volume on offer."""

    id: str
    name: str
    is_public: bool = True
    description: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet as far as checks need it."""

    id: str
    network_id: str
    cidr: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port with its fixed addresses and, if bound, its floating one."""

    id: str
    name: str
    network_id: str
    mac: str
    addresses: tuple[str, ...]
    security_groups: tuple[str, ...] = ()
    floating: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One ingress rule."""

    protocol: str
    port_min: int
    port_max: int
    cidr: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that servers can boot."""

    id: str
    name: str | None
    status: str
    tags: tuple[str, ...] = ()
    min_disk_gb: int = 0
    min_ram_mb: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A tenant's place in the object store, and what opens it.

    ``guest_url`` is the same place as guests reach it.
    """

    url: str
    guest_url: str
    token: str = dataclasses.field(repr=False)
