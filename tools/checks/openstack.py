# SPDX-License-Identifier: Apache-2.0
"""The ports and a database's life on a cloud that somebody else runs.

    trovestack check openstack --os-cloud trove --tenant demo

``--os-cloud`` is Trove's own account in clouds.yaml, on which the stack is
brought up, ``--tenant`` a tenant's. Prints a table of the methods of the
cloud's ports and of the end-to-end cases: pass, FAIL, or what this cloud
cannot be asked for; the last line counts. It takes from minutes to half an
hour, as fast as the cloud's servers are.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from stack import settings as settings_module
from stack import site as sites

TESTS = settings_module.ROOT / 'trove' / 'tests'
PORTS = tuple(TESTS / 'contract' / 'cloud' / f'test_{name}.py'
              for name in ('ports', 'changes', 'owned'))
CASES = (TESTS / 'openstack',)
WIDTH = 64


def main(words=None):
    """Run the tests and print the table; returns the exit status."""
    options = _options().parse_args(words)
    site = sites.foreign(settings_module.load())
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for name, places in (('ports', PORTS), ('cases', CASES)):
            if options.only in ('', name):
                report = pathlib.Path(folder) / f'{name}.xml'
                _run(options, site, places, report)
                cases += read(report)
    for row in table(cases):
        print(row)
    count = collections.Counter(case.outcome for case in cases)
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
    parser.add_argument('--only', choices=('ports', 'cases'), default='')
    return parser


def _run(options, site, places, report):
    asked = {'TROVE_TEST_OS_CLOUD': options.os_cloud,
             'TROVE_TEST_TENANT': options.tenant,
             'TROVE_TEST_ZONE': options.zone,
             'TROVE_TEST_SERVER_ZONE': options.server_zone,
             'TROVE_TEST_IMAGE': options.image,
             'OS_CLIENT_CONFIG_FILE': site.config_file}
    environment = {name: value for name, value in os.environ.items()
                   if name != 'OS_CLOUD'}
    environment.update((name, value) for name, value in asked.items()
                       if value)
    subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-W', 'ignore', '-p',
         'no:cacheprovider', f'--junitxml={report}', '-o',
         'junit_family=xunit1', *map(str, places)],
        cwd=settings_module.ROOT, check=False, env=environment)


Case = collections.namedtuple('Case', 'group name outcome seconds said')


def read(report):
    """The cases of a JUnit report; none where the tests did not begin."""
    if not report.exists():
        yield Case('', 'the tests did not begin', 'FAIL', 0.0, '')
        return
    tree = xml.etree.ElementTree.parse(report)  # noqa: S314  our own pytest's
    for case in tree.iter('testcase'):
        outcome, said = 'pass', ''
        for kind in ('failure', 'error'):
            if case.find(kind) is not None:
                outcome = 'FAIL'
        skipped = case.find('skipped')
        if skipped is not None:
            outcome = 'not available'
            said = re.sub(r'^not available here: ', '',
                          skipped.get('message', ''))
        yield Case(case.get('classname').rpartition('.test_')[2],
                   case.get('name').removeprefix('test_').replace('_', ' '),
                   outcome, float(case.get('time') or 0), said)


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
