# SPDX-License-Identifier: Apache-2.0
"""Controllers: one call between two translations."""
