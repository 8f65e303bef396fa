# SPDX-License-Identifier: Apache-2.0
"""Database as a Service for OpenStack."""
