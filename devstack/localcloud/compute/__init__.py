# SPDX-License-Identifier: Apache-2.0
"""Nova 2.1: servers, which are machines of this host."""
