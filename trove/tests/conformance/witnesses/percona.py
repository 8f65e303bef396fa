# SPDX-License-Identifier: Apache-2.0
"""Percona Server, seen by PyMySQL."""

from trove.tests.conformance.witnesses import mysqlfamily


class Witness(mysqlfamily.MysqldWitness):
    """Percona Server 8.4 and newer."""

    datastore = 'percona'
