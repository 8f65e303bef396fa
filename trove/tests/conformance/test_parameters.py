# SPDX-License-Identifier: Apache-2.0
"""What can be tuned is what the engine knows."""

import pytest

from trove.datastores import registry
from trove.tests.fixtures import options

pytestmark = pytest.mark.needs('tuning')


def test_the_engine_knows_each_parameter_that_is_offered(server, engine):
    offered = server.trove.configuration_parameters.parameters(
        engine.datastore, engine.version)
    assert offered
    with server.session() as session:
        unknown = [one.name for one in offered
                   if not _known(server.witness, session, one.name)]
    assert not unknown


@pytest.mark.parametrize('ram_mb', [512, 1024, 4096, 65536, 1 << 20])
def test_the_engine_takes_the_configuration_of_every_size(
        server, engine, machine, ram_mb):
    check = server.witness.inside.check_config
    if check is None:
        return
    text = registry.Registry(options.make()).get(engine.datastore).render(
        {'ram_mb': ram_mb, 'vcpus': 1}, server.id, engine.version)
    machine.path('/root/rendered').write_text(text)
    machine.run('sh', '-c', check % '/root/rendered')


def _known(witness, session, name):
    try:
        witness.setting(session, name)
    except witness.refused:
        return False
    return True
