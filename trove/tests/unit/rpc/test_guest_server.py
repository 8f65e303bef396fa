# SPDX-License-Identifier: Apache-2.0
"""What the guest's end keeps on its root disk."""

from trove.rpc import guest_server


def test_what_was_taken_outlives_a_restart(tmp_path):
    path = str(tmp_path / 'state')
    first = guest_server._State(path)
    assert first.take(7, 'call')
    again = guest_server._State(path)
    assert not again.take(7, 'call')
    assert again.take(8)
    assert list(again.calls) == ['call']
    assert again.boot > first.boot


def test_a_file_of_an_older_agent_is_understood(tmp_path):
    path = tmp_path / 'state'
    path.write_text('{"boot": 5000000000, "highest": 9, "bits": "1"}')
    state = guest_server._State(str(path))
    assert (state.boot, list(state.calls)) == (5000000001, [])
    assert not state.take(9)


def test_a_disk_restored_from_an_old_snapshot_counts_as_a_later_boot(
        tmp_path, monkeypatch):
    path = tmp_path / 'state'
    monkeypatch.setattr(guest_server.time, 'time', lambda: 1_900_000_000)
    guest_server._State(str(path))
    snapshot = path.read_text()
    last = [guest_server._State(str(path)).boot for _ in range(5)][-1]
    path.write_text(snapshot)
    monkeypatch.setattr(guest_server.time, 'time', lambda: 1_900_000_060)
    assert guest_server._State(str(path)).boot > last


def test_a_clock_that_goes_back_does_not_take_the_boot_along(
        tmp_path, monkeypatch):
    path = str(tmp_path / 'state')
    first = guest_server._State(path).boot
    monkeypatch.setattr(guest_server.time, 'time', lambda: 0)
    assert guest_server._State(path).boot > first


def test_a_disk_that_takes_no_more_writes_does_not_make_it_deaf(tmp_path):
    state = guest_server._State(str(tmp_path / 'gone' / 'state'))
    assert state.take(1)
    assert not state.take(1)
    assert state.take(2)


def test_the_calls_it_keeps_are_bounded(tmp_path):
    path = tmp_path / 'state'
    state = guest_server._State(str(path))
    for number in range(1, 300):
        state.take(number, 'x' * 1000 + str(number))
    assert len(state.calls) == 256
    assert path.stat().st_size < 30000
