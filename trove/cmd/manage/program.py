# SPDX-License-Identifier: Apache-2.0
"""The command line of trove-manage and what its commands are handed."""

import argparse
import functools
import importlib.metadata
import itertools
import logging
import os
import sys

from oslo_config import cfg

import trove.conf
from trove.cmd.manage import datastores
from trove.cmd.manage import db
from trove.cmd.manage import guests
from trove.cmd.manage import keyring
from trove.cmd.manage import operations
from trove.cmd.manage import orphans
from trove.cmd.manage import parameters
from trove.cmd.manage import quotas
from trove.cmd.manage import servers
from trove.common import crypto
from trove.common import exception
from trove.db import schema
from trove.db import session

NOUNS = (db, datastores, parameters, quotas, operations, orphans, servers,
         guests, keyring)
FILE = '/etc/trove/trove.conf'


class Desk:
    """What a command may use; each thing is opened when it is first used.
    """

    def __init__(self, conf, out):
        self.conf = conf
        self._out = out

    @functools.cached_property
    def raw_db(self):
        """The database, whatever its schema; needs no keyring."""
        return session.from_conf(self.conf, None)

    @functools.cached_property
    def db(self):
        """The database at the newest schema."""
        schema.check(self.raw_db)
        return self.raw_db

    @functools.cached_property
    def sealed_db(self):
        """The same, able to open what is sealed in it."""
        schema.check(self.raw_db)
        return session.from_conf(
            self.conf, crypto.Keyring.load(self.conf.secrets.keys_file))

    def say(self, text):
        """Print a line of the answer."""
        print(text, file=self._out)

    @functools.cached_property
    def cloud(self):
        """The cloud, as the services reach it."""
        # Its clients take a second to load, which commands that need the
        # database alone should not wait for.
        from trove.cloud import session as clouds
        return clouds.from_conf(self.conf)

    @functools.cached_property
    def sight(self):
        """Database, cloud and broker, to be compared."""
        from trove.operations import orphans as sights
        return sights.Sight(self.db, self.cloud, self.broker, self.conf)

    @functools.cached_property
    def broker(self):
        """The broker users of guests."""
        from trove.rpc import broker
        return broker.Broker(self.conf)

    @functools.cached_property
    def links(self):
        """The keys and passwords of guests."""
        from trove.operations import guest_links
        return guest_links.GuestLinks(
            self.sealed_db, crypto.Keyring.load(self.conf.secrets.keys_file))


def run(arguments=None, out=None):
    """Run one command; gives the exit status."""
    asked = parser().parse_args(joined(
        sys.argv[1:] if arguments is None else arguments))
    logging.basicConfig(
        level=logging.DEBUG if asked.debug else logging.ERROR)
    try:
        asked.act(Desk(_configured(asked), out or sys.stdout), asked)
    except (exception.TroveError, cfg.Error) as error:
        print('trove-manage: %s' % _sentence(error), file=sys.stderr)
        return 1
    return 0


def joined(words):
    """The same words, with "orphans list" written as orphans_list."""
    names = set()
    for noun in NOUNS:
        noun.register(lambda act, **_: names.add(act.__name__))
    for place, pair in enumerate(itertools.pairwise(words)):
        if '_'.join(pair) in names and not names & set(words[:place + 1]):
            return [*words[:place], '_'.join(pair), *words[place + 2:]]
    return words


def parser():
    """The parser of all commands."""
    made = argparse.ArgumentParser(
        prog='trove-manage',
        description='Set up and steer the control plane of Trove. Errors '
                    'are one sentence on stderr and exit status 1.')
    made.add_argument(
        '--config-file', action='append', metavar='FILE',
        help='options file; may be given several times (default: %s)' % FILE)
    made.add_argument('--config-dir', metavar='DIRECTORY',
                      help='directory of further *.conf files')
    made.add_argument('--version', action='version',
                      version=importlib.metadata.version('trove'))
    made.add_argument('--debug', action='store_true',
                      help='log every step, with SQL errors in full')
    commands = made.add_subparsers(title='commands', metavar='COMMAND',
                                   required=True)
    for noun in NOUNS:
        noun.register(functools.partial(_command, commands))
    return made


def _command(commands, act, **arguments):
    """Add a command named and explained by its function.

    Each argument is what argparse takes, with ``option`` true for those
    that begin with dashes.
    """
    words = ' '.join(act.__doc__.split())
    found = commands.add_parser(
        act.__name__, help=words.split('.')[0].lower(), description=words)
    for name, options in arguments.items():
        options = dict(options)
        if options.pop('option', False):
            spellings = dict.fromkeys((name.replace('_', '-'), name))
            found.add_argument(*('--' + one for one in spellings),
                               dest=name, **options)
        else:
            found.add_argument(name, **options)
    found.set_defaults(act=act)


def _configured(asked):
    conf = cfg.ConfigOpts()
    trove.conf.register_opts(conf)
    files = asked.config_file
    if files is None:
        files = [FILE] if os.path.exists(FILE) else []
    conf([], project='trove', default_config_files=files,
         default_config_dirs=[asked.config_dir] if asked.config_dir else [])
    return conf


def _sentence(error):
    """The error's words; of a database that is away also the reason."""
    if isinstance(error, exception.Unavailable) and error.__cause__:
        reason = str(error.__cause__).strip().splitlines()[0]
        return '%s (%s)' % (error, reason)
    return str(error).strip()
