# SPDX-License-Identifier: Apache-2.0
"""How each thing is done and undone; one file per noun."""
