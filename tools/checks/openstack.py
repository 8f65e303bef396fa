# SPDX-License-Identifier: Apache-2.0
"""The ports and a database's life on a cloud that somebody else runs.

    trovestack check openstack --os-cloud trove --tenant demo

``--os-cloud`` is Trove's own account in clouds.yaml, on which the stack is
brought up, ``--tenant`` a tenant's. Prints a table of the contract tests, of
the methods of the cloud's ports, of the end-to-end cases and of what is left
in the cloud: pass, FAIL, or what this cloud cannot be asked for; the last
line counts. A method that no test has used is a failure. It takes from
minutes to half an hour, as fast as the cloud's servers are.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

from stack import settings as settings_module
from stack import site as sites
from trove.cloud import ports

TESTS = settings_module.ROOT / 'trove' / 'tests'
PORTS = tuple(sorted((TESTS / 'contract' / 'cloud').glob('test_*.py')))
CASES = (TESTS / 'openstack',)
CENSUS = settings_module.ROOT / 'tools' / 'stack' / 'inside' / 'census.py'
WIDTH = 68
_SETTLE_S = 60

Case = collections.namedtuple('Case', 'group name outcome seconds said used')


def main(words=None):
    """Run the tests and print the table; returns the exit status."""
    options = _options().parse_args(words)
    site = sites.foreign(settings_module.load())
    environment = _environment(options, site)
    began = time.monotonic()
    before = _census(environment)
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for name, places in (('ports', PORTS), ('cases', CASES)):
            if options.only in ('', name):
                report = pathlib.Path(folder) / f'{name}.xml'
                _run(environment, places, report)
                cases += read(report)
    if options.only in ('', 'ports'):
        cases += methods(cases)
    cases += left(before, lambda: _census(environment))
    for row in table(cases):
        print(row)
    count = collections.Counter(case.outcome for case in cases)
    print(f'{count["not available"]} not available, '
          f'{time.monotonic() - began:.0f} s')
    print(f'{count["pass"]} passed, {count["FAIL"]} failed')
    return 1 if count['FAIL'] or not count['pass'] else 0


def _options():
    parser = argparse.ArgumentParser(
        prog='trovestack check openstack',
        description=__doc__.split('\n')[0])
    parser.add_argument('--os-cloud', required=True, metavar='NAME',
                        help='Trove\'s own account in clouds.yaml')
    parser.add_argument('--tenant', default='demo', metavar='NAME',
                        help='a tenant\'s (default: demo)')
    parser.add_argument('--zone', default='', metavar='ZONE',
                        help='for servers that need not really run')
    parser.add_argument('--server-zone', default='', metavar='ZONE',
                        help='for those that must')
    parser.add_argument('--image', default='', metavar='NAME',
                        help='a small bootable image (default: the smallest)')
    parser.add_argument('--network', default='', metavar='NAME',
                        help='the tenant\'s (default: the first of its own)')
    parser.add_argument('--only', choices=('ports', 'cases'), default='')
    return parser


def _environment(options, site):
    asked = {'TROVE_TEST_OS_CLOUD': options.os_cloud,
             'TROVE_TEST_TENANT': options.tenant,
             'TROVE_TEST_ZONE': options.zone,
             'TROVE_TEST_SERVER_ZONE': options.server_zone,
             'TROVE_TEST_IMAGE': options.image,
             'TROVE_TEST_NETWORK': options.network,
             'OS_CLIENT_CONFIG_FILE': site.config_file}
    environment = {name: value for name, value in os.environ.items()
                   if name != 'OS_CLOUD'}
    environment.update((name, value) for name, value in asked.items()
                       if value)
    return environment


def _run(environment, places, report):
    subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-W', 'ignore', '-p',
         'no:cacheprovider', f'--junitxml={report}', '-o',
         'junit_family=xunit1', *map(str, places)],
        cwd=settings_module.ROOT, check=False, env=environment)


def _census(environment):
    """What is in the cloud, and in the broker: {kind: {id: name}}."""
    return json.loads(subprocess.run(
        [sys.executable, '-W', 'ignore', str(CENSUS)], check=True,
        stdout=subprocess.PIPE, env=environment).stdout)


def read(report):
    """The cases of a JUnit report; none where the tests did not begin."""
    if not report.exists():
        yield Case('', 'the tests did not begin', 'FAIL', 0.0, '', ())
        return
    tree = xml.etree.ElementTree.parse(report)  # noqa: S314  our own pytest's
    for case in tree.iter('testcase'):
        outcome, said = 'pass', ''
        skipped = case.find('skipped')
        if skipped is not None:
            outcome = 'not available'
            said = re.sub(r'^not available here: ', '',
                          skipped.get('message', ''))
        for kind in ('failure', 'error'):
            if case.find(kind) is not None:
                outcome = 'FAIL'
        yield Case(case.get('classname').rpartition('.test_')[2],
                   case.get('name').removeprefix('test_').replace('_', ' '),
                   outcome, float(case.get('time') or 0), said,
                   tuple(one.get('value') for one in case.iter('property')
                         if one.get('name') == 'port'))


def promised():
    """Names of all methods of the ports: ``compute.boot``."""
    services = ports.Cloud.__annotations__
    return [f'{name}.{method}' for name, kind in services.items()
            for method in sorted(kind.__abstractmethods__)]


def methods(cases):
    """A case for each method: what became of the tests that used it."""
    for name in promised():
        users = [case for case in cases if name in case.used]
        count = collections.Counter(case.outcome for case in users)
        outcome = ('FAIL' if count['FAIL'] or not users
                   else 'pass' if count['pass'] else 'not available')
        said = ', '.join(f'{number} {word}' for word, number
                         in sorted(count.items())) or 'no test uses it'
        yield Case('methods of the ports', name, outcome,
                   sum(case.seconds for case in users), said, ())


def left(before, look, patience_s=_SETTLE_S, poll_s=3):
    """A case for each kind of thing: that there is none more than before."""
    ends = time.monotonic() + patience_s
    while True:
        after = look()
        more = {kind: {key: name for key, name in things.items()
                       if key not in before.get(kind, {})}
                for kind, things in after.items()}
        if not any(more.values()) or time.monotonic() > ends:
            break
        time.sleep(poll_s)
    for kind, things in more.items():
        said = ', '.join(f'{name or ""} {key}'.strip()
                         for key, name in sorted(things.items()))
        yield Case('left in the cloud', kind,
                   'FAIL' if things else 'pass', 0.0,
                   said or f'none, of {len(after[kind])}', ())


def table(cases):
    """Lines: a case each, below the name of its file."""
    group = None
    for case in cases:
        if case.group != group:
            group = case.group
            yield group.replace('_', ' ')
        yield (f'  {case.name[:WIDTH]:<{WIDTH}} {case.outcome:<14}'
               f'{case.seconds:6.1f} s  {case.said}').rstrip()


if __name__ == '__main__':
    sys.exit(main())
