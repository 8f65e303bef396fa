# SPDX-License-Identifier: Apache-2.0
"""The volume is looked at in a thread that may hang with it."""

import threading

import pytest

from trove.common import waiting
from trove.guestagent import volume
from trove.guestkit import errors
from trove.tests.fixtures import options


class Disk:
    """What the watch sees of the world."""

    def __init__(self):
        self.wrong = None
        self.bars = None        # what a revival fails with
        self.hangs = threading.Event()
        self.hangs.set()
        self.revived = 0
        self.news = 0

    def check(self):
        self.hangs.wait(10)
        if self.wrong:
            raise errors.VolumeLost(reason=self.wrong)

    def revive(self):
        if self.bars:
            raise errors.VolumeLost(reason=self.bars)
        self.revived += 1
        self.wrong = None

    def changed(self):
        self.news += 1


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def watch(disk, monkeypatch):
    made = volume.Watch(options.make(report_interval=1), disk.check,
                        disk.revive, disk.changed)
    monkeypatch.setattr(made, '_pause_s', lambda: 0.01)
    made.start()
    yield made
    disk.hangs.set()
    made.stop()


def until(check):
    waiting.until(check, 60, 'what is waited for', poll_s=0.01, most_s=0.05)


def test_a_loss_is_news_once_and_so_is_its_end(disk, watch):
    disk.bars = disk.wrong = 'it is gone.'
    until(lambda: 'it is gone.' in (watch.trouble() or '') and disk.news)
    assert disk.news == 1 and not disk.revived
    disk.bars = None
    until(lambda: watch.trouble() is None and disk.news > 1)
    assert (disk.news, disk.revived) == (2, 1)


def test_a_disk_that_hangs_is_told_and_nothing_is_revived(disk, watch):
    disk.hangs.clear()
    until(lambda: 'not answered' in (watch.trouble() or ''))
    disk.hangs.set()
    until(lambda: watch.trouble() is None)
    assert not disk.revived


def test_what_keeps_it_from_coming_back_is_told(disk, watch):
    disk.wrong, disk.bars = 'it is gone.', 'it is busy.'
    until(lambda: 'it is busy.' in (watch.trouble() or ''))


def test_an_unexpected_error_does_not_end_the_looks(disk, watch):
    disk.revive = disk.check
    good, disk.wrong = disk.wrong, 'odd'
    until(lambda: watch.trouble())
    disk.wrong = good
    until(lambda: watch.trouble() is None)
