# SPDX-License-Identifier: Apache-2.0
"""trove-conductor."""

from trove import cmd

PROGRAM = 'trove-conductor'


def main():
    """Run the conductor until a signal ends it."""
    cmd.choose_backend()
    from trove.cmd import process
    process.main(PROGRAM, _build)


def _build(conf):
    from trove.cmd import process
    from trove.conductor import service
    from trove.db import schema
    from trove.db import session
    from trove.rpc import transport
    keyring = process.keyring(conf)
    db = session.from_conf(conf, keyring)
    schema.check(db)
    return service.Conductor(
        conf, db, keyring,
        transport.connect(conf), process.name(conf))
