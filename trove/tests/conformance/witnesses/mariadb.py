# SPDX-License-Identifier: Apache-2.0
"""MariaDB, seen by PyMySQL."""

import dataclasses

from trove.tests.conformance.witnesses import base
from trove.tests.conformance.witnesses import mysqlfamily

#: The tables are being brought up to the new version, and no more.
KILLED = """#!/bin/sh
"$0.real" "$@" >/run/spoiled &
until grep -q 'Phase 2' /run/spoiled; do
    kill -0 $! || exit 1
done
kill -9 $! $$
"""
#: No room is left for what has to be written.
FULL = """#!/bin/sh
dd if=/dev/zero of=/var/lib/mysql/data/ballast bs=1M
exec "$0.real" "$@"
"""
#: All is taken over; then the server does not start any more.
MUTE = """#!/bin/sh
if [ -e /var/log/mysql/taken-over ]; then
    echo "[ERROR] broken on purpose" >&2
    exit 1
fi
touch /var/log/mysql/taken-over
exec "$0.real" "$@"
"""


class Witness(mysqlfamily.SqlWitness):
    """MariaDB 10.11 and newer."""

    datastore = 'mariadb'
    inside = dataclasses.replace(
        mysqlfamily.SqlWitness.inside, process='mariadbd',
        check_config='mariadbd --defaults-file=%s --user=mysql --verbose '
                     '--help >/dev/null')
    names = dataclasses.replace(
        mysqlfamily.SqlWitness.names, longest_user=80)
    spoilers = {
        'killed': base.Spoiler(program='usr/bin/mariadb-upgrade',
                               script=KILLED),
        'full': base.Spoiler(program='usr/bin/mariadb-upgrade', script=FULL),
        'mute': base.Spoiler(program='usr/sbin/mariadbd', script=MUTE)}
