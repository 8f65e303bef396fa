# SPDX-License-Identifier: Apache-2.0
"""Keystone v3: who is who, and who may what."""
