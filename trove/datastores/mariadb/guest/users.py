# SPDX-License-Identifier: Apache-2.0
"""Users as MariaDB has them."""

from trove.datastores.sqlfamily.guest import users


class MariaDBUsers(users.SqlUsers):
    """MariaDB keeps roles, which are no users, among them, without host."""

    _all = users.SqlUsers._all + " AND host <> ''"
