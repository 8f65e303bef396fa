# SPDX-License-Identifier: Apache-2.0
"""What goes out: pure functions from objects to JSON bodies."""
