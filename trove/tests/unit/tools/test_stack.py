# SPDX-License-Identifier: Apache-2.0
"""One machine's stack: numbers, files, locks, packages, daemons, counts."""

import pathlib
import re
import signal
import threading

import pytest

from stack import cli
from stack import commands
from stack import console
from stack import daemons
from stack import errors
from stack import files
from stack import fingerprint
from stack import images
from stack import lanes
from stack import locks
from stack import packages
from stack import settings as settings_module
from stack import venv
from stack import waiting

# Daemons go on when the program that started them ends: nobody waits for them.
pytestmark = pytest.mark.filterwarnings(
    'ignore:subprocess .* is still running:ResourceWarning')
BINDEP = """# comment
python3-venv
nftables   # on the wire
mariadb-server [test]
git [platform:dpkg other]
"""


@pytest.fixture
def settings(tmp_path):
    return settings_module.Settings(home=tmp_path, slot=3)


@pytest.fixture
def daemon(settings):
    made = daemons.Daemon(name='sleeper', settings=settings,
                          argv=('sleep', '60'), made_from='1')
    yield made
    made.stop()


def ports(settings):
    return {settings.api_port, settings.cloud_port, settings.amqp_port,
            settings.management_port, settings.distribution_port,
            settings.epmd_port}


def test_no_two_stacks_share_a_port_network_prefix_or_directory():
    stacks = [settings_module.load(slot, {}) for slot in range(10)]
    assert len(set().union(*map(ports, stacks))) == 60
    for fact in ('network', 'prefix', 'state'):
        assert len({getattr(stack, fact) for stack in stacks}) == 10


def test_all_stacks_share_packages_and_images():
    first, second = settings_module.load(0, {}), settings_module.load(2, {})
    assert (first.venv, first.images) == (second.venv, second.images)


@pytest.mark.parametrize('environ', (
    {'TROVESTACK_SLOT': '20'}, {'TROVESTACK_SLOT': '-1'},
    {'TROVESTACK_SLOT': 'two'}, {'TROVESTACK_DIR': 'here'}))
def test_settings_that_make_no_sense_are_one_sentence(environ):
    with pytest.raises(errors.StackError) as caught:
        settings_module.load(environ=environ)
    assert str(caught.value).endswith('.')
    assert '\n' not in str(caught.value)


def test_versions_to_offer_are_those_with_a_recipe():
    assert images.offers([]) == (images.DEFAULT,)
    asked = images.offers(['mariadb=10.11', 'mariadb=10.11'])
    assert asked == (images.Offer('mariadb', '10.11'),)
    assert asked[0].parameters.exists()
    for word in ('mariadb', 'mariadb=1', '../x=10.11', 'mariadb=../x'):
        with pytest.raises(errors.StackError, match='mariadb=10.11'):
            images.offers([word])


def test_the_environment_names_directory_and_stack():
    found = settings_module.load(environ={
        'TROVESTACK_DIR': '/srv/x', 'TROVESTACK_SLOT': '2'})
    assert found.state == pathlib.Path('/srv/x/stack2')


def test_a_fingerprint_changes_with_code_and_not_with_its_tests(tmp_path):
    (tmp_path / 'tests').mkdir()
    (tmp_path / 'a.py').write_text('1')
    before = fingerprint.of(tmp_path)
    (tmp_path / 'tests' / 'test_a.py').write_text('2')
    (tmp_path / 'notes.txt').write_text('3')
    assert fingerprint.of(tmp_path) == before
    (tmp_path / 'a.py').write_text('12')
    assert fingerprint.of(tmp_path) != before


def test_a_fingerprint_changes_when_a_file_comes_to_be(tmp_path):
    path = tmp_path / 'local.conf'
    before = fingerprint.of(path)
    path.write_text('[DEFAULT]')
    assert fingerprint.of(path) != before


def test_a_lock_is_held_by_one_and_given_back(tmp_path):
    path = tmp_path / 'lock'
    with locks.held(path, 'busy.'):
        with pytest.raises(errors.StackError, match='busy'):
            with locks.held(path, 'busy.'):
                pass
    with locks.held(path, 'busy.'):
        pass


def test_help_of_a_check_brings_up_no_stack(monkeypatch, settings):
    done = []
    monkeypatch.setattr(cli.lifecycle, 'prepare',
                        lambda *words: done.append('packages'))
    monkeypatch.setattr(cli.lifecycle, 'up',
                        lambda *words, **more: done.append('stack'))
    monkeypatch.setattr(cli.programs, 'run',
                        lambda *words: done.append('program') or 0)
    monkeypatch.setattr(cli.preflight, 'require_root', lambda verb: None)
    monkeypatch.setattr(cli.settings_module, 'load', lambda: settings)
    monkeypatch.setattr(cli.signal, 'signal', lambda *words: None)
    assert cli.main(['check', 'conformance', '--help']) == 0
    assert done == ['packages', 'program']
    assert cli.main(['check', 'conformance', '--quick']) == 0
    assert done[2:] == ['packages', 'stack', 'program']


def test_packages_are_not_taken_from_under_a_run(settings, monkeypatch):
    asked = []
    monkeypatch.setattr(venv, '_pip', lambda *words: asked.append(words))
    settings.venv.mkdir()
    settings.logs.mkdir(parents=True)
    venv.install(settings, 'test')
    with venv.used(settings), venv.used(settings):
        venv.install(settings, 'test')      # they are there
        monkeypatch.setattr(venv, 'DECLARED', ('setup.py',))
        with pytest.raises(errors.StackError, match='wait for their end'):
            venv.install(settings, 'test')
    assert len(asked) == 1
    venv.install(settings, 'test')
    assert len(asked) == 2


def test_a_lock_is_waited_for(tmp_path):
    path, held, taken = tmp_path / 'lock', threading.Event(), []

    def hold():
        with locks.held(path, 'busy.'):
            held.set()
            threading.Event().wait(0.2)
            taken.append('first')
    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    with locks.held(path, 'busy.', wait_s=10):
        taken.append('second')
    thread.join()
    assert taken == ['first', 'second']


def test_files_are_private_and_whole(tmp_path):
    path = tmp_path / 'secret'
    files.write(path, 'one')
    files.write(path, 'two')
    assert path.stat().st_mode & 0o777 == 0o600
    assert files.read(path) == 'two'
    assert [one.name for one in tmp_path.iterdir()] == ['secret']


def test_a_password_is_made_once(tmp_path):
    first = files.password(tmp_path / 'a')
    assert files.password(tmp_path / 'a') == first
    assert files.password(tmp_path / 'b') != first
    assert len(first) >= 24


def test_packages_without_a_profile_are_always_wanted():
    assert packages.wanted(BINDEP) == ['python3-venv', 'nftables']


def test_packages_of_a_profile_come_with_it():
    assert packages.wanted(BINDEP, ('test',)) == [
        'python3-venv', 'nftables', 'mariadb-server']


def test_the_list_of_the_project_can_be_read():
    text = packages.BINDEP.read_text(encoding='utf-8')
    plain, all_ = packages.wanted(text), packages.wanted(text, ('test',))
    assert 'rabbitmq-server' in plain
    assert set(all_) - set(plain) >= {'mariadb-server', 'postgresql'}


def test_a_command_that_fails_tells_the_end_of_its_own_output(tmp_path):
    log = tmp_path / 'log'
    commands.run(['echo', 'earlier'], log, 'Before')
    with pytest.raises(errors.StackError) as caught:
        commands.run(['sh', '-c', 'echo broken; exit 3'], log, 'It')
    told = str(caught.value)
    assert told.startswith('It failed (exit status 3)')
    assert 'broken' in told
    assert 'earlier' not in told


def test_a_command_that_is_not_there_is_named(tmp_path):
    with pytest.raises(errors.StackError, match='no command no-such'):
        commands.run(['no-such'], tmp_path / 'log', 'It')
    with pytest.raises(errors.StackError, match='no command no-such'):
        commands.output(['no-such'], 'It')


def test_a_stop_ends_a_command_and_all_it_started(tmp_path, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(waiting, 'STOP', stop)
    pid = tmp_path / 'pid'
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    with pytest.raises(errors.Interrupted):
        commands.run(['sh', '-c', f'sleep 60 & echo $! > {pid}; wait'],
                     tmp_path / 'log', 'It')
    timer.join()
    waited = threading.Event()
    for _ in range(100):
        if daemons.start_time(pid.read_text().strip()) is None:
            return
        waited.wait(0.05)
    pytest.fail('the child of the command still runs')


def test_waiting_ends_at_its_deadline_with_its_sentence():
    with pytest.raises(errors.StackError, match='never came'):
        waiting.until(lambda: None, 0.05, 'It never came.', poll_s=0.01)


def test_a_daemon_is_started_once_and_stopped(daemon):
    assert daemon.pid() is None
    assert daemon.start()
    pid = daemon.pid()
    assert not daemon.start()
    assert daemon.pid() == pid
    assert daemon.stop()
    assert daemon.pid() is None
    assert daemons.start_time(pid) is None
    assert not daemon.stop()


def test_a_daemon_made_from_other_code_is_replaced(daemon, settings):
    daemon.start()
    newer = daemons.Daemon(name='sleeper', settings=settings,
                           argv=('sleep', '60'), made_from='2')
    pid = daemon.pid()
    assert newer.start()
    assert newer.pid() != pid
    assert daemons.start_time(pid) is None


def test_another_process_with_its_number_is_not_taken_for_it(
        daemon, settings):
    daemon.start()
    kept = settings.state / 'run' / 'sleeper.pid'
    real = kept.read_text()
    try:
        head, _, rest = real.rpartition(')')
        fields = rest.split()
        fields[19] = '1'    # began at another time
        kept.write_text(f'{head}) ' + ' '.join(fields))
        assert daemon.pid() is None
    finally:
        kept.write_text(real)


def test_a_daemon_that_ends_at_once_shows_its_log(settings):
    broken = daemons.Daemon(name='broken', settings=settings,
                            argv=('sh', '-c', 'echo no disk; sleep 0.2'))
    broken.start()
    with pytest.raises(errors.StackError, match='no disk'):
        broken.wait_ready(lambda: False, 10)


def test_a_daemon_that_does_not_end_is_killed(settings):
    deaf = daemons.Daemon(
        name='deaf', settings=settings, stop_s=0.2,
        argv=('python3', '-c', 'import signal, threading\n'
              f'signal.signal({int(signal.SIGTERM)}, signal.SIG_IGN)\n'
              'print("deaf", flush=True)\nthreading.Event().wait(60)'))
    deaf.start()
    waiting.until(lambda: 'deaf' in (files.read(deaf.log) or ''), 10,
                  'It said nothing.')
    pid = deaf.pid()
    assert deaf.stop()
    assert daemons.start_time(pid) is None


def test_a_step_says_how_long_it_took(capsys):
    with console.step('Doing it'):
        pass
    with pytest.raises(ValueError):
        with console.step('Breaking it'):
            raise ValueError
    assert re.fullmatch(
        r'\[ +\d+\.\d s\] Doing it\n'
        r'\[ +\d+\.\d s\] Breaking it: stopped\n', capsys.readouterr().out)


def test_a_skipped_test_counts_as_failed(tmp_path):
    report = tmp_path / 'report.xml'
    report.write_text(
        '<testsuites><testsuite><testcase classname="a" name="good"/>'
        '<testcase classname="a" name="bad"><failure/></testcase>'
        '<testcase classname="a" name="broken"><error/></testcase>'
        '<testcase classname="a" name="left out"><skipped/></testcase>'
        '</testsuite></testsuites>')
    count, failures = lanes.read(report)
    assert (count.passed, count.failed) == (1, 3)
    assert failures == ['a.bad', 'a.broken', 'a.left out']


def test_a_run_without_a_report_counts_nothing(tmp_path):
    assert lanes.read(tmp_path / 'none.xml') == (lanes.Count(), [])


def test_every_test_of_the_tree_belongs_to_one_lane():
    places = [settings_module.ROOT / lane.tests for lane in lanes.LANES
              if lane.tests and not lane.backend]
    # Needs a cloud of somebody else: `check openstack` runs it.
    places.append(settings_module.ROOT / 'trove/tests/openstack')
    for root in ('trove', 'devstack', 'tools'):
        for path in (settings_module.ROOT / root).rglob('test_*.py'):
            assert sum(place in path.parents for place in places) == 1, path
