# SPDX-License-Identifier: Apache-2.0
"""What a guest agent takes while nobody asks anything of it.

    trovestack bench agent [NAME=VERSION] [--minutes N]

An instance with 10 databases and 50 users whose user log is switched on is
left alone for 10 minutes. Each minute the seconds of a processor that its
agent and what it runs have used are told, and its proportional set size.
Fails when it takes more than 1 % of a core over the whole time, or ever more
than 60 MB.
"""

import argparse
import sys
import time

from stack import settings as settings_module
from stack.inside import tenant as tenant_module
from trove.tests.conformance import engines
from trove.tests.conformance import machine as machine_module
from trove.tests.conformance import server as server_module

BAR_PERCENT = 1.0
BAR_MB = 60
DATABASES = 10
USERS = 50
AT_ONCE = 10


def main(words=None):
    """Measure, print, compare; the exit status."""
    parser = argparse.ArgumentParser(prog='trovestack bench agent')
    parser.add_argument('engine', nargs='?', default=engines.DEFAULT,
                        metavar='NAME=VERSION')
    parser.add_argument('--minutes', type=int, default=10)
    arguments = parser.parse_args(words)
    tenant = tenant_module.Tenant('trovestack-demo')
    server = server_module.Server(
        tenant, engines.Engine(*arguments.engine.split('=')), 'bench-agent')
    try:
        machine = _busy(server)
        return _measure(machine, arguments)
    finally:
        server_module.delete_all(tenant, [server])


def _busy(server):
    """Have it as a tenant would; the inside of its machine."""
    server.well()
    trove, log = server.trove, server.witness.inside.user_log
    if trove.instances.log_action(
            server.id, log, enable=True).status == 'Restart Required':
        trove.instances.restart(server.id)
        server.well()
    names = [f'bench{number}' for number in range(DATABASES)]
    trove.databases.create(server.id, [{'name': name} for name in names])
    for first in range(0, USERS, AT_ONCE):
        trove.users.create(server.id, [
            {'name': f'user{number}', 'password': f'pass-word-{number}',
             'databases': [{'name': names[number % DATABASES]}]}
            for number in range(first, first + AT_ONCE)])
    operator = tenant_module.Tenant('trovestack-admin')
    found = operator.trove.mgmt_instances.show(server.id)
    return machine_module.Machine(settings_module.load(), found.server_id)


def _measure(machine, arguments):
    pid = machine.agent()
    started, used = time.monotonic(), machine.agent_cpu_s()
    most_mb = 0
    print(f'{"minute":>6} {"of a core":>10} {"PSS":>9}')
    for minute in range(1, arguments.minutes + 1):
        until = started + 60 * minute
        tenant_module.until(lambda end=until: time.monotonic() >= end, 70,
                            'time stands still')
        if machine.agent() != pid:
            print('the agent was started anew')
            return 1
        percent = 100 * (machine.agent_cpu_s() - used) / (
            time.monotonic() - started)
        mb = machine.agent_kb() / 1024
        most_mb = max(most_mb, mb)
        print(f'{minute:>6} {percent:>8.2f} % {mb:>6.1f} MB', flush=True)
    good = percent <= BAR_PERCENT and most_mb <= BAR_MB
    print(f'agent of {arguments.engine}: {percent:.2f} % of a core (bar '
          f'{BAR_PERCENT:.0f} %), {most_mb:.1f} MB (bar {BAR_MB} MB): '
          f'{"met" if good else "missed"}')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
