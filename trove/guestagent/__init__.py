# SPDX-License-Identifier: Apache-2.0
"""The hand in the VM: knows no engine by name."""
