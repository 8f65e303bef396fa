# SPDX-License-Identifier: Apache-2.0
"""Without volumes: the data lives on the server's own disk.

That is an option of the whole stack. The services are started with it for
the making of an instance, and without it again at the end.
"""

import pytest

from stack import services

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def server(stack, servers, engine):
    """An instance without a volume."""
    local = stack.trove_dir / 'local.conf'
    before = local.read_text(encoding='utf-8') if local.exists() else None
    local.write_text((before or '') + '\n[%s]\nvolume_support = false\n'
                     % engine.datastore, encoding='utf-8')
    try:
        start(stack)
        yield servers(engine, volume=None).ready_with_table()
    finally:
        if before is None:
            local.unlink()
        else:
            local.write_text(before, encoding='utf-8')
        start(stack)


def start(stack):
    """Have the services read their options anew."""
    services.stop(stack)
    services.start(stack)


def test_a_volume_is_refused_and_none_is_shown(server, servers, engine):
    server.refuses(501, servers, engine, 'with-volume')
    shown = server.show()
    assert not hasattr(shown, 'volume')
    assert shown.local_storage['used'] > 0


def test_rows_outlive_a_reboot(server, operator):
    server.write(20)
    operator.trove.mgmt_instances.reboot(server.id)
    server.well()
    assert server.rows() == 20


def test_the_data_move_along_to_a_larger_flavor(server, tenant):
    small = server.setting(server.witness.settings.memory)
    rows = server.rows()
    server.trove.instances.resize_instance(server.id,
                                           tenant.flavor('db.medium'))
    server.well()
    assert server.rows() == rows
    assert server.setting(server.witness.settings.memory) != small


def test_what_would_lose_the_data_is_refused(server, operator, engine):
    server.refuses(400, server.trove.instances.resize_volume, server.id, 2)
    image_id = operator.cloud.compute.get_server(
        operator.trove.mgmt_instances.show(server.id).server_id).image.id
    server.refuses(422, operator.trove.mgmt_instances.rebuild, server.id,
                   image_id)
    server.refuses(422, server.trove.instances.upgrade, server.id,
                   engine.version)
    server.write()
