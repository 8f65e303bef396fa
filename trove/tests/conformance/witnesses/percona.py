# SPDX-License-Identifier: Apache-2.0
"""Percona Server, seen by PyMySQL."""

from trove.tests.conformance.witnesses import mysql


class Witness(mysql.Witness):
    """The same server under another name."""

    datastore = 'percona'
