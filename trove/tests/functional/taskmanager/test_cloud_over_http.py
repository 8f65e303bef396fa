# SPDX-License-Identifier: Apache-2.0
"""Real adapters, a cloud over real HTTP, and any of its requests going
wrong: answered with an error, reset, done without an answer, done late.

A sample; `trovestack check crash --http` tries each request in each way.
"""

import os
import random

import pytest

from trove.cloud import cinder
from trove.tests.fixtures import http_cloud

SAMPLE = int(os.environ.get('TROVE_CRASH_SAMPLE', '9'))
SEED = int(os.environ.get('TROVE_CRASH_SEED', '1'))


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    made = http_cloud.Place(tmp_path_factory.mktemp('place'))
    yield made
    made.close()


@pytest.mark.parametrize('verb', http_cloud.VERBS)
def test_a_request_that_goes_wrong_leaves_and_doubles_nothing(place, verb):
    cases = list(place.cases_of(verb))
    chosen = random.Random(SEED).sample(cases, min(SAMPLE, len(cases)))
    wrong = {str(case): place.run(case) for case in chosen}
    assert {case: found for case, found in wrong.items() if found} == {}


def test_every_request_that_makes_something_is_among_the_cases(place):
    assert {'volume POST /volumes', 'network POST /ports',
            'network POST /security-groups', 'network POST /floatingips',
            'compute POST /os-server-groups', 'compute POST /servers'} <= {
        case.request for case in place.cases_of('create')}


def test_an_adapter_that_does_not_look_first_is_found_out(
        place, monkeypatch):
    case = next(case for case in place.cases_of('create')
                if case.request == 'volume POST /volumes'
                and case.kind == 'lost answer')
    assert place.run(case) == []
    look = cinder.CinderVolumes._of
    monkeypatch.setattr(cinder.CinderVolumes, '_of',
                        lambda *given: look(*given)[:0])
    found = place.run(case)
    monkeypatch.undo()
    place.sweep()
    assert any(words.startswith(('double', 'orphan')) for words in found)
