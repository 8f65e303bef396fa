# SPDX-License-Identifier: Apache-2.0
"""trove-taskmanager."""

from trove import cmd

PROGRAM = 'trove-taskmanager'


def main():
    """Run the taskmanager until a signal ends it."""
    cmd.choose_backend()
    from trove.cmd import process
    process.main(PROGRAM, _build)


def _build(conf):
    from trove.cloud import session as clouds
    from trove.cmd import process
    from trove.datastores import registry
    from trove.db import schema
    from trove.db import session
    from trove.operations import guest_links
    from trove.rpc import answers
    from trove.rpc import broker
    from trove.rpc import conductor
    from trove.rpc import guest
    from trove.rpc import transport
    from trove.taskmanager import service
    from trove.taskmanager import tools
    keyring = process.keyring(conf)
    db = session.from_conf(conf, keyring)
    schema.check(db)
    connection = transport.connect(conf)
    links = guest_links.GuestLinks(db, keyring)
    users = broker.Broker(conf, conductor.Client(conf, connection).made)
    return service.Taskmanager(
        tools.Rooms(
            db=db, cloud=clouds.from_conf(conf), broker=users, links=links,
            guest=guest.GuestClient(conf, connection, links,
                                    answers.Answers(conf, connection)),
            datastores=registry.Registry(conf), conf=conf),
        process.name(conf), connection)
