# SPDX-License-Identifier: Apache-2.0
"""Commands of the `trove` shell, with what they print."""

import pytest
from troveclient import exceptions
from troveclient import shell

from trove.tests.fixtures import api

NOT_BUILT = exceptions.HttpNotImplemented

#: Command line -> what it prints, or what our refusal becomes.
COMMANDS = {
    'list': ('shop-db', 'ACTIVE', 'mariadb', '10.11'),
    'show shop-db': ('shop-db', '10.1.0.5', 'volume_used'),
    'create new 1 --size 1 --datastore mariadb --datastore_version 10.11 '
    '--nic net-id=' + api.NETWORK: ('BUILD', 'new'),
    'restart shop-db': (),
    'resize-volume shop-db 5': (),
    'resize-instance shop-db 2': (),
    'delete shop-db': (),
    'flavor-list': ('db.small', '512'),
    'flavor-show 1': ('db.small',),
    'datastore-list': ('mariadb',),
    'datastore-show mariadb': ('10.11',),
    'datastore-version-list mariadb': ('10.11',),
    'datastore-version-show 10.11 --datastore mariadb': ('10.11',),
    'limit-list': ('ABSOLUTE',),
    'volume-type-list': ('lvm',),
    'volume-type-show lvm': ('lvm',),
    'backup-list': ('nightly', 'COMPLETED'),
    'backup-list-instance shop-db': ('nightly',),
    'backup-show nightly': ('COMPLETED', 'mariadb'),
    'backup-create shop-db new': NOT_BUILT,
    'cluster-list': (),
    'cluster-show gal': exceptions.CommandError,
    'configuration-list': ('web', 'mariadb'),
    'configuration-show web': ('max_connections', '200'),
    'configuration-create new {"max_connections":90} --datastore mariadb '
    '--datastore_version 10.11': ('new', '90'),
    'configuration-default shop-db': ('max_connections',),
    'configuration-attach shop-db web': (),
    'configuration-instances web': (),
    'configuration-delete web': (),
    'configuration-parameter-list 10.11 --datastore mariadb': (
        'max_connections',),
    'configuration-parameter-show 10.11 max_connections '
    '--datastore mariadb': ('integer',),
    'database-list shop-db': ('shop',),
    'database-create shop-db more': (),
    'database-delete shop-db shop': (),
    'user-list shop-db': ('anne',),
    'user-show shop-db anne': ('anne',),
    'user-create shop-db bob s3cret': (),
    'user-delete shop-db anne': (),
    'user-grant-access shop-db anne shop': (),
    'user-show-access shop-db anne': (),
    'user-update-attributes shop-db anne --new_name eve': (),
    'root-show shop-db': ('is_root_enabled', 'False'),
    'root-enable shop-db': ('root', 'password'),
    'secgroup-list': NOT_BUILT,
    'secgroup-show x': NOT_BUILT,
    'secgroup-add-rule x 10.0.0.0/8': NOT_BUILT,
    'secgroup-delete-rule x': NOT_BUILT,
    'metadata-list shop-db': NOT_BUILT,
    'metadata-show shop-db a': NOT_BUILT,
    'metadata-create shop-db a 1': NOT_BUILT,
    'metadata-update shop-db a b 1': NOT_BUILT,
    'metadata-edit shop-db a 1': NOT_BUILT,
    'metadata-delete shop-db a': NOT_BUILT,
    'quota-show ' + api.PROJECT: ('instances', 'volumes'),
    'quota-update %s instances 7' % api.PROJECT: ('7',),
    'promote-to-replica-source shop-db': exceptions.BadRequest,
    'eject-replica-source shop-db': exceptions.BadRequest,
}

OPERATORS = ('quota-update',)


@pytest.mark.parametrize('line', COMMANDS)
def test_it_prints_what_is_so(world, capsys, line):
    outcome = COMMANDS[line]
    words = line.split()
    program = shell.OpenStackTroveShell()
    program.extensions = []
    args = program.get_subcommand_parser('1.0', words).parse_args(words)
    trove = world.admin if words[0] in OPERATORS else world.member
    if isinstance(outcome, type):
        with pytest.raises(outcome):
            args.func(trove, args)
        return
    args.func(trove, args)
    printed = capsys.readouterr().out
    assert all(text in printed for text in outcome), printed
