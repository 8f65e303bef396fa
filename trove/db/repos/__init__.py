# SPDX-License-Identifier: Apache-2.0
"""Queries, one file per aggregate: objects in, objects out.

A change of state is a named method with one conditional UPDATE; nothing is
read, modified and saved.
"""
