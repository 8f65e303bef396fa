# SPDX-License-Identifier: Apache-2.0
"""The agent as a process: it ends when it is told to."""

import os
import signal
import subprocess
import sys

import pytest

from trove.datastores import interfaces
from trove.guestagent import service
from trove.tests.fixtures import options
from trove.tests.unit.guestagent import fakes


class Agent(service.Agent):
    """Starts nothing; it is told to end before it waits for that."""

    told = ()
    stopped = False

    def start(self):
        for number in self.told:
            os.kill(os.getpid(), number)

    def stop(self):
        self.stopped = True
        self._ending.close()


@pytest.fixture
def agent(tmp_path):
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    conf = options.make(datastore_manager='fake', guest_id='i')
    yield Agent(conf, fakes.driver()[0],
                interfaces.Settings(conf=conf, root=str(tmp_path)),
                lambda path: None, 'test')
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize('told', [
    (signal.SIGTERM,), (signal.SIGINT,), (signal.SIGTERM, signal.SIGTERM)])
def test_a_signal_ends_it(agent, told):
    agent.told = told
    agent.run()
    assert agent.stopped


def test_a_thread_ends_it(agent):
    agent._ending.tell()
    agent.run()
    assert agent.stopped


def test_what_few_agents_need_is_not_loaded_with_it():
    found = subprocess.run(
        [sys.executable, '-c', 'import sys, trove.cmd.guest\n'
         'print(*{one.partition(".")[0] for one in sys.modules})'],
        check=True, capture_output=True, text=True).stdout.split()
    assert 'oslo_config' in found
    assert not {'swiftclient', 'requests', 'eventlet', 'sqlalchemy',
                'pecan'} & set(found)
