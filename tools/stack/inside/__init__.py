# SPDX-License-Identifier: Apache-2.0
"""Programs that the virtual environment's Python runs for trovestack."""
