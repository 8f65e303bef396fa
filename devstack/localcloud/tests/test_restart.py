# SPDX-License-Identifier: Apache-2.0
"""What a cloud knows after its process has ended, well or not."""
import threading

import pytest

from localcloud import cloud as clouds
from localcloud import store as stores
from localcloud.host import errors as host_errors
from localcloud.tests import waiting


def test_everything_is_there_after_a_restart(site, demo, image):
    volume = demo.block_storage.create_volume(name='data', size=1)
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='auto')
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    demo.object_store.create_container('box')
    demo.object_store.upload_object('box', 'o', data='hello')
    password = site.password('demo')
    bridges = dict(site.host.networks)
    site.stop()
    site.host.networks.clear()
    site.start()
    assert site.password('demo') == password
    assert site.host.networks == bridges
    again = site.connect('demo')
    assert again.compute.get_server(server.id).status == 'ACTIVE'
    assert again.block_storage.get_volume(volume.id).name == 'data'
    assert again.object_store.download_object('o', 'box') == b'hello'
    assert len(list(again.network.networks())) == 2


def test_a_promise_of_a_process_that_died_is_kept_by_the_next(
        site, demo, image):
    """A job's row without a thread: as kill -9 leaves it."""
    site.host.gate = threading.Event()
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='auto')
    job = waiting.until(lambda: [
        j for j in site.cloud.store.find('job')
        if j['verb'] == 'server.boot'])[0]
    frozen = site.cloud.store.get('server', server.id)
    site.host.gate.set()
    site.settle()
    site.stop()
    left = stores.Store(site.settings.state / 'cloud.sqlite')
    left.put('server', frozen)
    left.put('job', job)
    site.host.machines.clear()
    site.start()
    site.settle()
    again = site.connect('demo')
    assert again.compute.get_server(server.id).status == 'ACTIVE'
    assert server.id in site.host.machines


def test_machines_that_shut_themselves_down_stay_off(site, demo, image):
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='auto')
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    site.stop()
    site.host.machines[server.id].state = 'stopped'
    site.start()
    again = site.connect('demo')
    assert again.compute.get_server(server.id).status == 'SHUTOFF'


def test_machines_that_ended_with_the_host_run_again(site, demo, image):
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='auto')
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    site.stop()
    site.host.machines[server.id].state = 'crashed'
    site.start()
    site.settle()
    assert site.host.machine_state(server.id) == 'running'
    again = site.connect('demo')
    assert again.compute.get_server(server.id).status == 'ACTIVE'


def test_machines_stopped_with_the_cloud_come_back_with_it(
        site, demo, image):
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='auto')
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    site.stop()
    assert clouds.Cloud(site.settings, site.host).stop_machines() == ['s']
    assert site.host.machine_state(server.id) == 'stopped'
    site.start()
    site.settle()
    assert site.host.machine_state(server.id) == 'running'
    again = site.connect('demo')
    assert again.compute.get_server(server.id).status == 'ACTIVE'


def test_a_transaction_is_all_or_nothing(tmp_path):
    store = stores.Store(tmp_path / 'db')
    called = []
    with pytest.raises(host_errors.HostError), store.transaction():
        store.put('thing', {'id': '1'})
        store.after_commit(lambda: called.append(1))
        raise host_errors.HostError('no')
    assert store.get('thing', '1') is None and not called
    with store.transaction():
        store.put('thing', {'id': '1', 'colour': 'blue'})
        store.after_commit(lambda: called.append(1))
        assert not called
    assert store.find('thing', colour='blue') and called == [1]


def test_writers_do_not_lose_each_others_changes(tmp_path):
    store = stores.Store(tmp_path / 'db')
    store.put('counter', {'id': '1', 'n': 0})

    def count():
        for _ in range(50):
            with store.transaction():
                store.update('counter', '1',
                             n=store.get('counter', '1')['n'] + 1)
    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get('counter', '1')['n'] == 200


def test_a_forgotten_cloud_begins_anew(site, demo):
    demo.object_store.create_container('box')
    before = site.password('demo')
    site.stop()
    said = clouds.forget(site.settings)
    assert any('cloud.sqlite' in line for line in said)
    assert not any(path.is_file() for path in site.settings.state.rglob('*'))
    site.start()
    assert site.password('demo') != before
    assert not list(site.connect('demo').object_store.containers())


def test_the_password_files_are_the_truth_at_each_start(site):
    site.stop()
    (site.root / 'admin.password').write_text('another one\n')
    site.start()
    assert site.connect('admin').identity.find_user('demo')
