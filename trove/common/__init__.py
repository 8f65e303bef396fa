# SPDX-License-Identifier: Apache-2.0
"""Leaves: small things that know none of trove's nouns."""
