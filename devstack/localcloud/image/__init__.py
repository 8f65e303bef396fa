# SPDX-License-Identifier: Apache-2.0
"""Glance v2: images, which here are manifests that name layers."""
