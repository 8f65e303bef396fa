# SPDX-License-Identifier: Apache-2.0
"""Real processes on the one-machine cloud, driven as a tenant would."""
