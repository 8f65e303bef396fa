# SPDX-License-Identifier: Apache-2.0
"""MySQL, seen by PyMySQL."""

from trove.tests.conformance.witnesses import mysqlfamily


class Witness(mysqlfamily.MysqldWitness):
    """MySQL 9.7 and newer."""

    datastore = 'mysql'
