# SPDX-License-Identifier: Apache-2.0
"""What can be tuned is what the engine knows."""

import pytest

pytestmark = pytest.mark.needs('tuning')


def test_the_engine_knows_each_parameter_that_is_offered(server, engine):
    offered = server.trove.configuration_parameters.parameters(
        engine.datastore, engine.version)
    assert len(offered) > 20
    with server.session() as session:
        unknown = [one.name for one in offered
                   if not _known(server.witness, session, one.name)]
    assert not unknown


def _known(witness, session, name):
    try:
        witness.setting(session, name)
    except witness.refused:
        return False
    return True
