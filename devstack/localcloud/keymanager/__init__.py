# SPDX-License-Identifier: Apache-2.0
"""Barbican: secrets of projects, containers of them, and who uses them."""
