# SPDX-License-Identifier: Apache-2.0
"""The guests' mouth: writes down what they report."""
