# SPDX-License-Identifier: Apache-2.0
"""What MySQL and Percona Server, the same server, have in common."""
