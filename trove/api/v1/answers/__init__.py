# SPDX-License-Identifier: Apache-2.0
"""What goes out: one JSON schema for each body of an answer."""
