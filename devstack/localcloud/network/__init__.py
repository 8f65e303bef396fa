# SPDX-License-Identifier: Apache-2.0
"""Neutron v2: networks, ports, security groups, floating addresses."""
