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
    from trove.db import session
    from trove.rpc import transport
    keyring = process.keyring(conf)
    return service.Conductor(
        conf, session.from_conf(conf, keyring), keyring,
        transport.connect(conf), process.name(conf))
