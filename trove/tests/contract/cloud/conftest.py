# SPDX-License-Identifier: Apache-2.0
"""The same questions to every cloud of `places`.

Each test's report names the methods of `trove.cloud.ports` that it used, so
that `trovestack check openstack` can tell which were held to their word.
"""

import dataclasses

import pytest

from trove.tests.contract.cloud import places
from trove.tests.contract.cloud import real


class Noted:
    """One service; whatever of it is looked at is written down."""

    def __init__(self, name, service, used):
        self._name = name
        self._service = service
        self._used = used

    def __getattr__(self, name):
        self._used.add(f'{self._name}.{name}')
        return getattr(self._service, name)


def noted(cloud, used):
    """A cloud that writes down what is asked of it."""
    return dataclasses.replace(cloud, **{
        field.name: Noted(field.name, getattr(cloud, field.name), used)
        for field in dataclasses.fields(cloud) if field.name != 'faults'})


@pytest.fixture(scope='session')
def ground():
    """A project of our own on a cloud that somebody else runs."""
    made = real.Ground()
    yield made
    made.close()


@pytest.fixture
def used(request):
    """Names of the methods of ports that the test uses."""
    names = set()
    yield names
    request.node.user_properties += [('port', name)
                                     for name in sorted(names)]


def _open(kind, request, used):
    if kind == 'memory':
        made = places.InMemory()
    elif kind == 'http':
        made = places.OverHttp(request.getfixturevalue('tmp_path'))
    else:
        made = real.Real(request.getfixturevalue('ground'))
    made.cloud = noted(made.cloud, used)
    made.used = used
    return made


@pytest.fixture(params=['real'] if real.NAME else ['memory', 'http'])
def place(request, used):
    """A cloud and what a test must know of it."""
    made = _open(request.param, request, used)
    yield made
    made.close()


@pytest.fixture(params=['real'] if real.NAME else ['http'])
def networked(request, used):
    """One whose services are asked over HTTP."""
    made = _open(request.param, request, used)
    yield made
    made.close()


@pytest.fixture
def over_http(request, used):
    """Only the one-machine cloud."""
    made = _open('http', request, used)
    yield made
    made.close()


@pytest.fixture
def cloud(place):
    """The ports of it."""
    return place.cloud
