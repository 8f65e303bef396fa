# SPDX-License-Identifier: Apache-2.0
"""trove-status: may this release run on what is there?"""

import os
import sys

from oslo_config import cfg
from oslo_upgradecheck import common_checks
from oslo_upgradecheck import upgradecheck

import trove.conf
from trove.common import crypto
from trove.common import exception
from trove.conf import retired
from trove.db import schema
from trove.db import session
from trove.objects.operation import State

FILE = '/etc/trove/trove.conf'

#: So many owners in vain, and an operation is worth a look.
MANY_ATTEMPTS = 10


class Checks(upgradecheck.UpgradeCommands):
    """The checks of `trove-status upgrade check`."""

    def __init__(self, conf):
        self._conf = conf

    def schema(self):
        """The database answers and is at the newest schema."""
        try:
            schema.check(session.from_conf(self._conf, None))
        except exception.TroveError as error:
            return _failure(error)
        return _success()

    def keyring(self):
        """The keyring can be read and opens what was sealed."""
        try:
            db = session.from_conf(self._conf, self._keyring())
            schema.check(db)
            with db.reader() as tx:
                count = len(tx.operations.list(limit=100))
        except exception.TroveError as error:
            return _failure(error)
        if not count:
            return _success('Nothing is sealed yet.')
        return _success('The newest %d sealed values open.' % count)

    def operations(self):
        """No operation needs an operator."""
        try:
            db = session.from_conf(self._conf, self._keyring())
            schema.check(db)
            with db.reader() as tx:
                stuck = [one for one in tx.operations.list(
                    states=[one for one in State
                            if one not in (State.DONE, State.UNDONE)],
                    limit=None) if _is_stuck(one)]
        except exception.TroveError as error:
            return _failure(error)
        if stuck:
            return upgradecheck.Result(
                upgradecheck.Code.WARNING,
                'See "trove-manage operation_show ID" of: '
                + ', '.join(one.id for one in stuck))
        return _success()

    def options(self):
        """No file sets an option of older releases in vain."""
        found = retired.find(self._conf)
        if not found:
            return _success()
        return upgradecheck.Result(
            upgradecheck.Code.WARNING,
            'Without effect here, see "Options of older releases" in the '
            'documentation: ' + ', '.join(one.name for one in found))

    def policy(self):
        """The policy file is not JSON."""
        return common_checks.check_policy_json(self, self._conf)

    _upgrade_checks = (
        ('Schema of the database', schema),
        ('Keyring', keyring),
        ('Operations that need an operator', operations),
        ('Options of older releases', options),
        ('Policy file is YAML', policy))

    def _keyring(self):
        return crypto.Keyring.load(self._conf.secrets.keys_file)


def main(arguments=None):
    """Run `trove-status upgrade check`; its exit status is the worst."""
    conf = cfg.ConfigOpts()
    trove.conf.register_opts(conf)
    sys.exit(upgradecheck.main(
        conf, 'trove', Checks(conf),
        argv=sys.argv[1:] if arguments is None else arguments,
        default_config_files=[FILE] if os.path.exists(FILE) else []))


def _is_stuck(operation):
    return (operation.state is State.FAILED
            or operation.attempts >= MANY_ATTEMPTS)


def _success(details=None):
    return upgradecheck.Result(upgradecheck.Code.SUCCESS, details)


def _failure(error):
    return upgradecheck.Result(upgradecheck.Code.FAILURE, str(error))
