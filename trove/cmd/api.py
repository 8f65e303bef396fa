# SPDX-License-Identifier: Apache-2.0
"""trove-api: the REST API served by threads of a few processes.

For development and small clouds; others run trove.cmd.wsgi:application
under the WSGI server of their choice.
"""

from trove import cmd

PROGRAM = 'trove-api'

#: Seconds that a tenant's request waits for one of the cloud's.
_PATIENCE_S = 15


def main():
    """Serve the API until a signal ends it."""
    cmd.choose_backend()
    from trove.cmd import process
    process.main(PROGRAM, _build)


def application(conf):
    """The WSGI application over the services that ``conf`` names."""
    from trove.api import deploy
    from trove.cloud import session as cloud
    from trove.cmd import process
    from trove.datastores import registry
    from trove.db import schema
    from trove.db import session
    from trove.operations import deps
    from trove.operations import guest_links
    from trove.rpc import answers
    from trove.rpc import guest
    from trove.rpc import taskmanager
    from trove.rpc import transport
    keyring = process.keyring(conf)
    db = session.from_conf(conf, keyring)
    schema.check(db)
    # A WSGI server may fork after this: children make connections anew.
    db.close()
    connection = transport.connect(conf)
    application = deploy.build(deps.Deps(
        db=db, cloud=cloud.from_conf(conf, _PATIENCE_S),
        taskmanager=taskmanager.Client(conf, connection),
        datastores=registry.Registry(conf), conf=conf,
        guest=guest.GuestClient(
            conf, connection, guest_links.GuestLinks(db, keyring),
            answers.Answers(conf, connection))))
    process.settle()
    return application


def _build(conf):
    from trove.api import fleet
    from trove.api import server
    kind = fleet.Fleet if conf.trove_api_workers > 1 else server.Server
    return kind(conf, application(conf))
