# SPDX-License-Identifier: Apache-2.0
"""What MySQL, Percona Server and MariaDB have in common."""
