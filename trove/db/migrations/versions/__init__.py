# SPDX-License-Identifier: Apache-2.0
"""Revisions, named by number and purpose; they are never edited again."""
