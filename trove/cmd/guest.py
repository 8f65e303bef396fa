# SPDX-License-Identifier: Apache-2.0
"""trove-guestagent: runs in the database server, under systemd.

Nothing is imported that a guest does not need: a tenant waits for the first
start of this program.
"""

import base64
import binascii
import logging
import logging.handlers
import os
import sys

from oslo_config import cfg

from trove import cmd
from trove.common import exception
from trove.conf import guest
from trove.conf import guest_link
from trove.conf import messaging
from trove.guestagent import credentials
from trove.guestagent import identity
from trove.guestagent import service
from trove.guestkit import files

FOLDER = '/etc/trove'
CONFIG = FOLDER + '/conf.d'
RECORD = '/var/lib/trove-guestagent/identity.json'
RUNNER = '/run/trove-guestagent'
LOG_BYTES = 5_000_000
# Whoever asks for help need not be a guest, and must not become one: nothing
# is fetched or written for the answer.
QUESTIONS = frozenset(('-h', '--help'))

LOG = logging.getLogger(__name__)


def main():
    """Learn who we are, then serve until a signal ends it."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr,
                        format='%(levelname)s %(name)s: %(message)s')
    for noisy in ('amqp', 'kombu', 'oslo.messaging', 'oslo_messaging',
                  'oslo_service', 'oslo.service'):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    cmd.choose_backend('threading')
    try:
        if QUESTIONS.isdisjoint(sys.argv[1:]):
            identity.establish(FOLDER, RECORD)
        conf = configure(cfg.CONF, sys.argv[1:])
        _log_to(conf.guest_log_file)
        _agent(conf).run()
    except exception.TroveError as error:
        LOG.error('%s', error)
        raise SystemExit('trove-guestagent: %s' % error) from error


def _log_to(path):
    """A file beside the journal, for operators who cannot log in."""
    files.folder(os.path.dirname(path), 0o700)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=1)
    os.chmod(path, 0o600)
    handler.setFormatter(logging.Formatter(
        '%(asctime)s %(levelname)s %(name)s: %(message)s'))
    logging.getLogger().addHandler(handler)


def configure(conf, arguments):
    """Read the files that the control plane wrote."""
    for module in (guest, guest_link, messaging):
        conf.register_opts(module.OPTS, group=module.GROUP)
    conf(args=arguments, project='trove', prog='trove-guestagent',
         default_config_files=[], default_config_dirs=[CONFIG])
    for name in ('guest_id', 'datastore_manager'):
        if not conf[name]:
            raise exception.ConfigError('%s is not set in the files below '
                                        '%s.' % (name, CONFIG))
    return conf


def _agent(conf):
    from trove.datastores import interfaces
    from trove.datastores import registry
    settings = interfaces.Settings(conf=conf)
    driver = registry.build_driver(
        conf.datastore_manager, interfaces.Kit(units=_keeper()), settings)
    key_id, key = service.read_key(os.path.join(CONFIG, credentials.KEY))
    return service.Agent(
        conf, driver, settings,
        connect=lambda path: _link(conf, key, key_id, path),
        version=_version(), secrets_folder=CONFIG)


def _keeper():
    """systemd where it is pid 1, a runner of our own where it is not."""
    from trove.guestkit import units
    if units.systemd_is_init():
        return units.Systemd()
    from trove.guestkit import runner
    return runner.Runner(RUNNER)


def _link(conf, key, key_id, state_path):
    from trove.rpc import guest_server
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error as error:
        raise exception.ConfigError('The key of the guest link is not in '
                                    'base64.') from error
    return guest_server.GuestLink(conf, conf.guest_id, raw, key_id,
                                  state_path)


def _version():
    from importlib import metadata
    try:
        return metadata.version('trove')
    except metadata.PackageNotFoundError:
        return None         # running from a source tree


if __name__ == '__main__':
    main()
