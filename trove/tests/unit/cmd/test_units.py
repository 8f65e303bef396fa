# SPDX-License-Identifier: Apache-2.0
"""The systemd units that an operator copies."""

import pathlib

import pytest

FOLDER = pathlib.Path(__file__).parents[4] / 'etc' / 'systemd'


@pytest.mark.parametrize('service', ['taskmanager', 'conductor'])
def test_one_of_several_runs_as_the_only_one_does(service):
    alone = (FOLDER / f'trove-{service}.service').read_text()
    several = (FOLDER / f'trove-{service}@.service').read_text()
    assert several.replace(f'{service} %i:', f'{service}:') == alone
    assert '%i' in several
