# SPDX-License-Identifier: Apache-2.0
"""Whatever happens at whatever instant, an operation ends done or undone.

No list of steps is kept here: see `fixtures.matrix`. This is a sample of
each situation; `trovestack check crash` tries all. TROVE_CRASH_SAMPLE sets
how many cases of each situation, TROVE_CRASH_SEED which ones.
"""

import os
import random

import pytest

from trove.tests.fixtures import matrix
from trove.tests.fixtures import situations

SAMPLE = int(os.environ.get('TROVE_CRASH_SAMPLE', '4'))
SEED = int(os.environ.get('TROVE_CRASH_SEED', '1'))


@pytest.fixture(scope='module')
def crashes(tmp_path_factory):
    return matrix.Matrix(tmp_path_factory.mktemp('matrix'))


@pytest.mark.parametrize('name', situations.find())
def test_any_trouble_anywhere_ends_done_or_undone(crashes, name):
    cases = crashes.cases_of(name)
    chosen = random.Random(SEED).sample(cases, min(SAMPLE, len(cases)))
    wrong = {str(case): crashes.run(case) for case in chosen}
    assert {case: found for case, found in wrong.items() if found} == {}


def test_every_step_of_every_flow_is_tried(crashes):
    assert situations.unknown() + crashes.untried() == []


def test_a_flow_that_doubles_is_found_out(crashes, monkeypatch):
    from trove.cloud.fake import volumes

    def careless(self, name, size_gb, instance_id, operation_id, *rest):
        self._metadata = {key: (owner, None) for key, (owner, _)
                          in self._metadata.items()}
        return create(self, name, size_gb, instance_id, operation_id, *rest)

    create = volumes.FakeVolumes.create
    case = next(case for case in crashes.cases_of('create_instance')
                if case.kind == 'kill' and not case.fails
                and case.where.endswith('after volumes create'))
    assert crashes.run(case) == []
    monkeypatch.setattr(volumes.FakeVolumes, 'create', careless)
    assert any(words.startswith(('double', 'orphan'))
               for words in crashes.run(case))
