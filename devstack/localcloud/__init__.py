# SPDX-License-Identifier: Apache-2.0
"""The one-machine cloud: OpenStack's APIs in front of this very host."""
