# SPDX-License-Identifier: Apache-2.0
"""TLS of an instance and its replicas changes wholly or not at all."""

import datetime

import pytest

from trove.common import exception
from trove.objects import tls
from trove.objects.operation import State
from trove.objects.status import Task
from trove.operations import certificates
from trove.operations import change_tls
from trove.operations import renew_certificates
from trove.taskmanager.steps import guest
from trove.taskmanager.steps import tls as steps_tls
from trove.tests.fixtures import certificates as authorities
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import crashes
from trove.tests.fixtures import encryption

REF = 'https://keys.example/v1/secrets/' + '1' * 8 + '-1111-1111-1111-' + (
    '1' * 12)
OTHER = REF[:-1] + '2'


@pytest.fixture
def authority(tmp_path):
    return authorities.Authority(tmp_path / 'ca')


@pytest.fixture
def instance_id(plane, authority):
    plane.cloud.secrets.kept = {
        REF: (None, encryption.bundle(authority)),
        OTHER: (None, encryption.bundle(authority, 'other'))}
    found = plane.create()
    plane.work()
    return found


def kept(plane, instance_id):
    with plane.db.reader() as tx:
        return tx.tls.get(instance_id)


def enable(plane, instance_id, mode='basic', ref=REF):
    return encryption.change(
        plane, change_tls.enable, plane.instance(instance_id),
        tls.Mode(mode), ref, None)


def restart(plane, instance_id):
    plane.guests.restart(instance_id)
    with plane.db.writer() as tx:
        tx.instances.set_task(instance_id, Task.NONE)


def test_the_guest_gets_it_and_it_is_on_record(plane, instance_id):
    assert enable(plane, instance_id) is True
    mode, bundle = plane.guests.tls[instance_id]
    assert mode == 'basic'
    assert 'PRIVATE KEY' in bundle['private_key']
    assert kept(plane, instance_id).current.bundle.to_dict() == bundle
    assert plane.instance(instance_id).task is Task.RESTART_REQUIRED
    shown = change_tls.show(plane.deps, plane.instance(instance_id))
    assert (shown.status, shown.mode, shown.details.cn) == (
        'on', 'basic', 'db.example')
    assert shown.details.san == ('IP:192.0.2.7',)


def test_what_needs_no_restart_asks_for_none(plane, instance_id):
    enable(plane, instance_id)
    restart(plane, instance_id)
    assert enable(plane, instance_id, 'enforced') is False
    assert plane.instance(instance_id).task is Task.NONE


def test_a_restart_that_is_still_to_come_is_not_forgotten(plane,
                                                          instance_id):
    enable(plane, instance_id)
    assert enable(plane, instance_id, 'enforced') is True
    assert plane.instance(instance_id).task is Task.RESTART_REQUIRED


def test_one_goes_back_once(plane, instance_id):
    enable(plane, instance_id)
    enable(plane, instance_id, 'enforced', OTHER)
    consumers = plane.cloud.secrets.consumers
    assert consumers == {REF: set(), OTHER: {instance_id}}
    found = plane.instance(instance_id)
    encryption.change(plane, change_tls.rollback, found)
    assert plane.guests.tls[instance_id][0] == 'basic'
    assert kept(plane, instance_id).current.ref == REF
    assert consumers == {REF: {instance_id}, OTHER: set()}
    with pytest.raises(change_tls.NothingBefore):
        encryption.change(plane, change_tls.rollback, found)


def test_replicas_follow(plane, instance_id):
    encryption.with_replica(plane, instance_id)
    replica_id = encryption.replica(plane, instance_id)
    enable(plane, instance_id)
    for one in (instance_id, replica_id):
        assert plane.guests.tls[one][0] == 'basic'
        assert plane.instance(one).task is Task.RESTART_REQUIRED
    assert plane.cloud.secrets.consumers[REF] == {instance_id, replica_id}
    with pytest.raises(change_tls.OnReplica):
        enable(plane, replica_id)
    encryption.change(plane, change_tls.rollback, plane.instance(replica_id))
    assert plane.guests.tls[replica_id] == ('builtin', None)
    assert plane.guests.tls[instance_id][0] == 'basic'


def test_when_a_guest_refuses_all_have_what_they_had(plane, instance_id):
    enable(plane, instance_id)
    before = plane.guests.tls[instance_id]
    encryption.with_replica(plane, instance_id)
    replica_id = encryption.replica(plane, instance_id)
    # Only the replica, which comes second, says no.
    plane.guests.ssl_action = _refusing(plane.guests, replica_id)
    with pytest.raises(change_tls.Refused):
        enable(plane, instance_id, 'enforced', OTHER)
    assert plane.guests.tls[instance_id] == before
    assert kept(plane, instance_id).current.ref == REF
    assert kept(plane, instance_id).pending is None
    assert plane.instance(replica_id).task is Task.NONE
    assert plane.cloud.secrets.consumers[OTHER] == set()


@pytest.mark.parametrize('killed', [False, True])
def test_an_undoing_that_needs_a_restart_says_so(
        plane, instance_id, monkeypatch, killed):
    encryption.with_replica(plane, instance_id)
    replica_id = encryption.replica(plane, instance_id)
    # Somebody restarts the first engine before the second one says no.
    plane.guests.ssl_action = _refusing(
        plane.guests, replica_id,
        lambda: plane.guests.restart(instance_id))
    encryption.enforce(plane, instance_id)
    if killed:
        with monkeypatch.context() as patch, pytest.raises(crashes.Killed):
            patch.setattr(steps_tls.LetGo, 'revert', _die)
            plane.work()
    crashes.recover(plane)
    assert plane.operations(instance_id)[-1].state is State.UNDONE
    assert plane.guests.tls[instance_id] == ('builtin', None)
    assert plane.instance(instance_id).task is Task.RESTART_REQUIRED
    assert plane.instance(replica_id).task is Task.NONE


def test_an_engine_that_keeps_the_new_way_is_no_success(plane, instance_id):
    plane.guests.fails.add('ssl_action')
    encryption.enforce(plane, instance_id)
    plane.work()
    failed = plane.operations(instance_id)[-1]
    assert failed.state is State.FAILED
    assert failed.error.endswith('; not undone: ConfigureTls')
    plane.guests.fails.clear()
    with plane.db.writer() as tx:
        tx.steering.resume(failed.id)
    plane.work()
    assert plane.operations(instance_id)[-1].state is State.UNDONE
    assert plane.guests.tls[instance_id] == ('builtin', None)


def _die(self):
    raise crashes.Killed()


def _refusing(guests, who, first=lambda: None):
    real = guests.ssl_action

    def answer(instance_id, mode, bundle):
        if instance_id == who and mode == 'enforced':
            first()
            raise exception.GuestFailed('no', guest_code='bad_certificate')
        return real(instance_id, mode, bundle)
    return answer


def test_a_replica_that_is_busy_keeps_all_from_changing(plane, instance_id):
    encryption.with_replica(plane, instance_id)
    replica_id = encryption.replica(plane, instance_id)
    with plane.db.writer() as tx:
        tx.instances.set_task(replica_id, Task.RESIZING)
    with pytest.raises(exception.InstanceBusy):
        enable(plane, instance_id)
    assert plane.instance(instance_id).task is Task.NONE
    assert kept(plane, instance_id).pending is None


def test_mtls_wants_an_authority(plane, instance_id, authority):
    plane.cloud.secrets.kept[REF] = (None, encryption.bundle(
        authority, chain=False))
    with pytest.raises(change_tls.NoAuthority):
        enable(plane, instance_id, 'mtls')
    assert enable(plane, instance_id, 'enforced') is True


def test_without_a_reference_there_has_to_be_an_authority(plane,
                                                          instance_id):
    with pytest.raises(change_tls.NoReference):
        enable(plane, instance_id, ref=None)
    with pytest.raises(exception.BadRequest):
        enable(plane, instance_id, ref=REF[:-1] + '9')


def test_the_operators_authority_issues_one_for_the_addresses(
        plane, instance_id, authority):
    encryption.install(plane.conf, authority)
    enable(plane, instance_id, 'enforced', None)
    shown = change_tls.show(plane.deps, plane.instance(instance_id))
    address = plane.instance(instance_id).addresses[0].address
    assert set(shown.details.san) >= {'IP:' + address, 'DNS:' + instance_id}
    with pytest.raises(change_tls.NoAuthority):
        enable(plane, instance_id, 'mtls', None)


def test_it_is_renewed_before_its_end(plane, instance_id, authority):
    encryption.install(plane.conf, authority)
    # The authority of the test is good for a day, and so is what it issues.
    plane.conf.set_override('renew_before_days', 0, 'tls')
    enable(plane, instance_id, 'enforced', None)
    restart(plane, instance_id)
    before = kept(plane, instance_id)
    assert renew_certificates.renew(plane.deps) == []
    plane.conf.set_override('renew_before_days', 7, 'tls')
    assert len(renew_certificates.renew(plane.deps)) == 1
    assert renew_certificates.renew(plane.deps) == []       # busy
    plane.work()
    after = kept(plane, instance_id)
    assert after.current.mode is tls.Mode.ENFORCED
    assert after.current.bundle != before.current.bundle
    assert after.previous == before.previous
    assert plane.instance(instance_id).task is Task.NONE


def test_another_address_is_a_reason_to_renew(plane, instance_id, authority):
    encryption.install(plane.conf, authority)
    found = plane.instance(instance_id)
    issued = certificates.Authority(plane.conf).issue(found)
    plane.conf.set_override('renew_before_days', 0, 'tls')
    kept_ = certificates.Authority(plane.conf)
    assert not kept_.is_stale(found, issued, plane.db.now())
    with plane.db.writer() as tx:
        tx.instances.record(instance_id, hostname='db.example')
    assert kept_.is_stale(plane.instance(instance_id), issued,
                          plane.db.now())
    assert kept_.is_stale(found, issued, plane.db.now()
                          + datetime.timedelta(days=2))


def test_a_new_root_disk_has_it_before_the_first_start(plane, instance_id):
    enable(plane, instance_id)
    assert plane.guests.orders[-1].tls is None
    with plane.db.writer() as tx:
        tx.instances.set_task(instance_id, Task.NONE)
    current = kept(plane, instance_id).current
    assert guest.encryption_of(plane.db, instance_id) == current.to_guest()


def test_keys_go_with_the_instance_and_are_in_no_operation(plane,
                                                           instance_id):
    enable(plane, instance_id)
    change_tls.leave(control_plane.CTX, plane.deps,
                     plane.instance(instance_id))
    assert plane.cloud.secrets.consumers[REF] == set()
    plane.delete(instance_id)
    plane.work()
    assert kept(plane, instance_id).current == tls.UNTOUCHED
    with plane.db.reader() as tx:
        for one in plane.operations(instance_id):
            assert one.state is State.DONE
            assert 'PRIVATE' not in str(tx.operations.get(one.id))
