# SPDX-License-Identifier: Apache-2.0
"""The verbs of tools/trovestack."""

import argparse
import signal
import sys

from stack import errors
from stack import images
from stack import lanes
from stack import lifecycle
from stack import oscloud
from stack import preflight
from stack import programs
from stack import report
from stack import settings as settings_module
from stack import waiting

GO_ON = ('Stopped. Run the same command again to go on from here, or '
         '`trovestack clean` to remove everything.')
EPILOG = """All of it lives below /var/lib/trovestack (TROVESTACK_DIR names
another place) and listens on loopback and its own bridges only. A second
stack can stand beside the first: TROVESTACK_SLOT=2."""


def main(words):
    """Run one verb; returns the exit status."""
    arguments = _parser().parse_args(words)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: waiting.STOP.set())
    try:
        if arguments.verb != 'env':
            preflight.require_root(arguments.verb)
        return VERBS[arguments.verb](settings_module.load(), arguments) or 0
    except errors.StackError as error:
        print(f'trovestack: {error}', file=sys.stderr)
        return 1
    except errors.Interrupted:
        print(GO_ON, file=sys.stderr)
        return 130
    except BrokenPipeError:     # `trovestack logs | head`
        sys.stderr.close()
        return 141


def _demo(settings, arguments):
    lifecycle.up(settings)
    return programs.demo(settings)


def _up(settings, arguments):
    offers = images.offers(arguments.datastore)
    if arguments.os_cloud:
        lifecycle.up_elsewhere(settings, arguments, offers)
    else:
        lifecycle.up(settings, offers=offers)


def _program(settings, arguments):
    """A bench or a check, with what it needs."""
    verb, name = arguments.verb, arguments.name
    programs.require(verb, name)
    if {'-h', '--help'} & set(arguments.rest):
        lifecycle.prepare(settings, ('test',), 'test')     # and no stack
    elif (verb, name) in programs.WITH_VERSIONS:
        asked = images.offers(
            word for word in arguments.rest if '=' in word)
        lifecycle.prepare(settings, ('test',), 'test')
        lifecycle.up(settings, offers=asked)
    elif (verb, name) in programs.ON_STACK or '--real' in arguments.rest:
        lifecycle.prepare(settings, ('test',), 'test')
        lifecycle.up(settings)
    elif (verb, name) in programs.ELSEWHERE:
        place = _elsewhere().parse_known_args(arguments.rest)[0]
        lifecycle.prepare(settings, ('test',), 'test')
        oscloud.hurry(settings)
        lifecycle.up_elsewhere(settings, place, images.offers(()))
    else:
        lifecycle.prepare(settings, ('test',), 'test')
    return programs.run(settings, verb, name, arguments.rest)


VERBS = {
    'demo': _demo,
    'test': lambda settings, arguments: lanes.run(settings, arguments.lanes),
    'up': _up,
    'down': lambda settings, _: lifecycle.down(settings),
    'status': lambda settings, _: report.status(settings),
    'logs': lambda settings, arguments: report.logs(
        settings, arguments.service),
    'env': lambda settings, arguments: report.environment(
        settings, arguments.user),
    'clean': lambda settings, _: lifecycle.clean(settings),
    'bench': _program,
    'check': _program,
}


def _add_place(parser, required=False):
    """The options that name a cloud of somebody else."""
    parser.add_argument('--os-cloud', metavar='NAME', required=required,
                        help='only Trove\'s services, on the cloud of this '
                             'name in clouds.yaml, instead of a cloud made '
                             'here')
    parser.add_argument('--management-network', metavar='NAME',
                        default='trove-mgmt',
                        help='with --os-cloud: the network on which guests '
                             'reach RabbitMQ; made if missing (default: '
                             'trove-mgmt)')
    parser.add_argument('--broker-address', metavar='ADDRESS', default='',
                        help='with --os-cloud: the address of this machine '
                             'that guests reach (default: the one in that '
                             'network)')


def _elsewhere():
    parser = argparse.ArgumentParser(prog='trovestack check', add_help=False)
    _add_place(parser, required=True)
    return parser


def _parser():
    parser = argparse.ArgumentParser(
        prog='trovestack', epilog=EPILOG,
        description='Trove, a cloud for it, and a first database, on one '
                    'machine.')
    verbs = parser.add_subparsers(dest='verb', required=True, metavar='VERB')
    add = verbs.add_parser
    add('demo', help='set everything up and create a first database')
    test = add('test', help='run every check and test')
    test.add_argument('lanes', nargs='*', metavar='LANE',
                      help='only these: ' + ', '.join(lanes.NAMES))
    up = add('up', help='start everything')
    up.add_argument('--datastore', action='append', default=[],
                    metavar='NAME=VERSION',
                    help='a datastore version to offer, such as mysql=9.7; '
                         'may be given several times (default: '
                         f'{images.DEFAULT})')
    _add_place(up)
    add('down', help='stop processes and machines; keep the data')
    add('status', help='what runs')
    logs = add('logs', help='what the services said')
    logs.add_argument('service', nargs='?', metavar='SERVICE')
    env = add('env', help='what a shell needs to use the cloud')
    env.add_argument('user', nargs='?', default='', metavar='USER',
                     help='admin, demo (default) or alt; with `up --os-cloud` '
                          'an entry of its clouds.yaml (default: Trove\'s)')
    add('clean', help='remove everything it made')
    for verb, text in (('bench', 'measure something'),
                       ('check', 'try something out')):
        found = ', '.join(programs.names(verb)) or 'none yet'
        named = add(verb, help=f'{text}: {found}')
        named.add_argument('name', metavar='NAME')
        named.add_argument('rest', nargs=argparse.REMAINDER, metavar='...')
    return parser
