# SPDX-License-Identifier: Apache-2.0
"""What `trovestack clean` says is what it does."""

import dataclasses

import pytest

from stack import lifecycle
from stack import settings


@pytest.fixture
def clean(tmp_path, monkeypatch):
    """A function that cleans a stack by number."""
    monkeypatch.setenv('TROVESTACK_DIR', str(tmp_path / 'all'))
    monkeypatch.setattr(lifecycle, '_clean_one', lambda stack: None)
    monkeypatch.setattr(lifecycle.packages, 'forget', lambda: None)
    monkeypatch.setattr(settings, 'ROOT', tmp_path)

    def run(slot):
        one = dataclasses.replace(settings.load(0), slot=slot)
        one.images.mkdir(parents=True)
        lifecycle.clean(one)
        return one
    return run


def test_one_of_several_stacks_keeps_what_is_shared(clean, capsys):
    one = clean(3)
    said = capsys.readouterr().out
    assert one.images.exists() and str(one.home) in said
    assert 'Stack 3 is removed' in said and 'share' in said
    assert 'Everything' not in said


def test_stack_0_takes_everything(clean, capsys):
    one = clean(0)
    assert not one.home.exists()
    assert 'Everything is removed' in capsys.readouterr().out
