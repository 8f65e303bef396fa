# SPDX-License-Identifier: Apache-2.0
"""What may come in: one JSON schema for each request body."""
