# SPDX-License-Identifier: Apache-2.0
"""The image builder's hold on the kernel: namespaces and overlays."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from trove.common import exception
from trove.common import waiting

TOOLS = pathlib.Path(__file__).resolve().parents[3] / 'tools'

PRELUDE = """
import pathlib, subprocess, sys
sys.path.insert(0, {tools!r})
from imagebuilder import isolation, mounts, store
here = pathlib.Path({here!r})
"""


@pytest.fixture
def program(tmp_path):
    """Start a program that works inside the builder's namespaces."""
    started = []

    def start(text):
        path = tmp_path / 'program.py'
        path.write_text(PRELUDE.format(tools=str(TOOLS), here=str(tmp_path))
                        + text)
        started.append(subprocess.Popen([sys.executable, str(path)]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def mounts_below(path):
    with open('/proc/self/mountinfo', encoding='utf-8') as table:
        return [line for line in table if f' {path}' in line]


BUSY = """
def work():
    (here / 'mnt').mkdir()
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', here / 'mnt'],
                   check=True)
    # Somebody below a package manager who goes on writing.
    subprocess.run(['sh', '-c', '''
        setsid sh -c "while :; do date > %s/alive; sleep 0.02; done" &
        wait''' % here])
    return 0

try:
    code = isolation.inside(work)
except isolation.Stopped:
    sys.exit(130)
sys.exit(code)
"""


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT,
                                    signal.SIGKILL])
def test_a_build_that_ends_takes_its_processes_and_mounts_along(
        program, tmp_path, number):
    process = program(BUSY)
    alive = tmp_path / 'alive'
    waiting.until(alive.exists, 20, 'a sign of life', most_s=0.1)
    assert not mounts_below(tmp_path)
    os.kill(process.pid, number)
    process.wait(20)

    def silent():
        alive.unlink(missing_ok=True)
        try:
            waiting.until(alive.exists, 0.3, 'a sign of life')
        except exception.WaitTimeout:
            return True
        return False

    waiting.until(silent, 20, 'silence')
    assert not mounts_below(tmp_path)


def test_the_exit_code_of_the_work_is_that_of_the_builder(program):
    assert program('sys.exit(isolation.inside(lambda: 7))').wait(20) == 7


def test_what_is_written_in_an_overlay_becomes_the_layer_and_no_more(
        program, tmp_path):
    base = tmp_path / 'base'
    for name in ('usr', 'proc', 'dev', 'run', 'tmp', 'etc'):
        (base / name).mkdir(parents=True)
    (base / 'etc/old').write_text('old')
    (base / 'etc/gone').write_text('gone')
    code = program("""
def work():
    images = store.Store(here / 'images')
    images.prepare()
    with images.locked('x'), images.building(
            'x-000000000000') as (site, notes):
        with mounts.overlay([here / 'base'], site.tree, site) as root:
            root.bind('/etc/hostname')
            root.inside('etc/new').write_text('new')
            root.inside('etc/gone').unlink()
            root.inside('run/secret').write_text('secret')
            root.inside('tmp/rubbish').write_text('rubbish')
            assert root.inside('dev/null').is_char_device()
            assert (root.path / 'proc/self').exists()
    return 0
sys.exit(isolation.inside(work))
""").wait(30)
    assert code == 0
    layer = tmp_path / 'images/x-000000000000'
    assert (layer / 'etc/new').read_text() == 'new'
    assert (layer / 'etc/gone').is_char_device()        # a whiteout
    assert not (layer / 'etc/old').exists()
    assert not (layer / 'run/secret').exists()
    assert not (layer / 'tmp/rubbish').exists()
    assert (base / 'etc/gone').read_text() == 'gone'
    assert list((tmp_path / 'images/.building').iterdir()) == []
    assert not mounts_below(tmp_path)
