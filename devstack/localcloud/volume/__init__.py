# SPDX-License-Identifier: Apache-2.0
"""Cinder v3: volumes and snapshots, files on loop devices."""
