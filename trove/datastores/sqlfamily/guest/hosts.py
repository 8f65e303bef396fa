# SPDX-License-Identifier: Apache-2.0
"""Hosts of users: networks are written with their mask in the engine."""

import ipaddress


def to_engine(host: str) -> str:
    """10.0.0.0/8 as 10.0.0.0/255.0.0.0; anything else as it is."""
    if '/' not in host:
        return host
    try:
        network = ipaddress.IPv4Network(host, strict=False)
    except ValueError:
        return host
    return network.with_netmask


def from_engine(host: str) -> str:
    """The reverse, so that a tenant reads what a tenant wrote."""
    if '/' not in host:
        return host
    try:
        return ipaddress.IPv4Network(host, strict=False).with_prefixlen
    except ValueError:
        return host
