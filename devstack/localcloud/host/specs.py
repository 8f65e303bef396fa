# SPDX-License-Identifier: Apache-2.0
"""The words in which the services ask the host for things."""

import dataclasses
import typing


class Settings(typing.Protocol):
    """What the host layer needs to know of the configuration."""

    state_dir: str | typing.Any     # a path; machines and volumes live below
    image_dir: str | typing.Any     # a path; image layers live below
    prefix: str                     # of every name the kernel shows


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One security group rule: what may pass, seen from the port."""

    direction: str                      # 'ingress' | 'egress'
    ethertype: str = 'IPv4'             # IPv6 rules match nothing here
    protocol: str | None = None         # name or number; None is any
    port_min: int | None = None         # ICMP: the type
    port_max: int | None = None         # ICMP: the code
    remote_cidr: str | None = None      # None is anywhere


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PortSpec:
    """A network interface of a machine."""

    port_id: str
    network_id: str
    mac: str
    ip: str
    cidr: str
    gateway_ip: str | None = None
    rules: tuple[Rule, ...] | None = ()     # None: port security is off


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSpec:
    """A volume as a machine sees it."""

    volume_id: str
    device: str                             # '/dev/vdb'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MachineSpec:
    """A machine to run: its root, its flavor, what is plugged into it."""

    server_id: str
    name: str
    hostname: str
    layers: tuple[str, ...]                 # names, topmost first, base last
    memory_mb: int
    vcpus: int
    ports: tuple[PortSpec, ...] = ()
    volumes: tuple[VolumeSpec, ...] = ()
    config_drive: dict[str, bytes] | None = None    # path in it -> content
    dns: str | None = None
