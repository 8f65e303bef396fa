# SPDX-License-Identifier: Apache-2.0
"""What the image builder says where it cannot have mounts of its own."""

import signal
import subprocess

import pytest

from imagebuilder import isolation


@pytest.fixture(autouse=True)
def own_signals(monkeypatch):
    monkeypatch.setattr(signal, 'signal', lambda number, do: None)


@pytest.fixture
def mount(monkeypatch):
    """What becomes of the program `mount`."""
    def ends(code, complaint=''):
        monkeypatch.setattr(
            subprocess, 'run', lambda argv, **how: (
                subprocess.CompletedProcess(argv, code, stderr=complaint)))
    return ends


def test_a_chroot_that_is_no_mount_point_is_told(mount, capsys):
    mount(32, 'mount: /: not mount point or bad option.\n   dmesg(1) may')
    assert isolation._first_process(pytest.fail) == 1
    said = capsys.readouterr().err
    assert 'not mount point' in said and 'mount --bind DIR DIR' in said
    assert said.count('\n') == 1


def test_with_mounts_of_its_own_the_work_is_done(mount):
    mount(0)
    assert isolation._first_process(lambda: 7) == 7
