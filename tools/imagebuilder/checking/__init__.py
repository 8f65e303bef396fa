# SPDX-License-Identifier: Apache-2.0
"""``trove-image check``: is a bootable disk fit for a cloud?

First its files are looked into, then copies of it are booted.
"""
