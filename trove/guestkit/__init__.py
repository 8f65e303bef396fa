# SPDX-License-Identifier: Apache-2.0
"""Tools inside the VM; no engine and no control plane in them."""
