# SPDX-License-Identifier: Apache-2.0
"""An engine does not stay down for values of its tenant."""

import pytest

from trove.common import exception
from trove.guestagent import starting
from trove.tests.unit.guestagent import fakes


class Tuning:
    def __init__(self, engine, names):
        self.engine = engine
        self.names = names
        self.kept = 0

    def keep(self):
        self.kept += 1

    def fall_back(self):
        if self.names:
            self.engine.fails_at = None
        return self.names


def a_driver(names, fails_at):
    driver, _ = fakes.driver()
    driver.engine.fails_at = fails_at
    object.__setattr__(driver, 'tuning', Tuning(driver.engine, names))
    return driver


def test_what_starts_is_kept():
    driver = a_driver([], None)
    starting.start(driver)
    assert driver.tuning.kept == 1


def test_values_that_stop_it_are_given_up_and_told():
    driver = a_driver(['shared_buffers'], 'start')
    with pytest.raises(starting.ValuesStopEngine, match='shared_buffers'):
        starting.start(driver)
    assert driver.engine.status() == 'healthy'
    assert driver.tuning.kept == 0


def test_without_values_to_give_up_it_stays_down():
    driver = a_driver([], 'start')
    with pytest.raises(exception.GuestFailed, match='no luck'):
        starting.start(driver)
