# SPDX-License-Identifier: Apache-2.0
"""Everything of the one-machine cloud that touches the kernel."""
