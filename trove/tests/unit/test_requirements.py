# SPDX-License-Identifier: Apache-2.0
"""Each process is installed with what it imports, and with nothing else.

What another package happens to bring along may be gone in its next release.
"""

import configparser
import functools
import importlib.metadata
import pathlib
import re
import sys

import grimp
import pytest

ROOT = pathlib.Path(__file__).parents[3]

#: pip, not the code, asks for these.
BUILD = {'pbr'}

#: Extras that not every installation needs: an option or an engine does.
OPTIONAL = {
    'control': re.compile('eventlet|redis'),
    'guest': re.compile('eventlet|guest-.*'),
}


@functools.cache
def graph():
    return grimp.build_graph('trove', include_external_packages=True,
                             cache_dir=None)


def modules(side):
    """What is started on that side, and what is named there as a text: by
    entry points, and by what is loaded only when it is needed."""
    for name in graph().modules:
        if not name.startswith('trove.') or name.startswith('trove.tests'):
            continue
        in_guest = (name == 'trove.cmd.guest'
                    or name.startswith(('trove.guestagent.',
                                        'trove.guestkit.'))
                    or '.guest.' in name)
        in_control = (not in_guest and name.startswith((
            'trove.api', 'trove.cmd.', 'trove.conductor', 'trove.datastores.',
            'trove.policies', 'trove.taskmanager')))
        if in_guest if side == 'guest' else in_control:
            yield name


def imported(side):
    """Names of the distributions that a side imports."""
    found = set()
    for name in modules(side):
        found |= graph().find_upstream_modules(name)
    tops = {name.partition('.')[0] for name in found} - {'trove'}
    given_by = importlib.metadata.packages_distributions()
    return {plain(given_by[top][0])
            for top in tops - set(sys.stdlib_module_names)}


def required(lines):
    """Names of the distributions in lines of requirements."""
    return {plain(re.match(r'[\w.-]+', line).group())
            for line in lines.splitlines()
            if line and not line.startswith('#')}


def plain(name):
    return re.sub(r'[-_.]+', '-', name).lower()


def extras(names):
    """What the extras whose names match are made of."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / 'setup.cfg')
    return {one for name, lines in parser['extras'].items()
            if names.fullmatch(name) for one in required(lines)}


def shared():
    """What both sides are installed with."""
    return required((ROOT / 'requirements.txt').read_text()) - BUILD


@pytest.mark.parametrize('side', OPTIONAL)
def test_what_is_imported_is_required(side):
    optional = extras(OPTIONAL[side])
    own = extras(re.compile(side))
    assert imported(side) - optional == shared() | own
