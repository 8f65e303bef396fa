# SPDX-License-Identifier: Apache-2.0
"""MariaDB, seen by PyMySQL."""

import dataclasses

from trove.tests.conformance.witnesses import mysqlfamily


class Witness(mysqlfamily.SqlWitness):
    """MariaDB 10.11 and newer."""

    datastore = 'mariadb'
    inside = dataclasses.replace(
        mysqlfamily.SqlWitness.inside, process='mariadbd',
        check_config='mariadbd --defaults-file=%s --user=mysql --verbose '
                     '--help >/dev/null')
    names = dataclasses.replace(
        mysqlfamily.SqlWitness.names, longest_user=80)
