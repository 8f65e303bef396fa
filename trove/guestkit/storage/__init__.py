# SPDX-License-Identifier: Apache-2.0
"""Places outside the server that a guest reads from and writes to."""
