# SPDX-License-Identifier: Apache-2.0
"""Witnesses: a client of each engine and what the tests must know of it."""
