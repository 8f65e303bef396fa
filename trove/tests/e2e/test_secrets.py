# SPDX-License-Identifier: Apache-2.0
"""What a tenant keeps secret is in no log, also while all services debug."""

import secrets

import pytest

from stack.inside import tenant as tenant_module

#: Who must have had something to tell, and the level of it.
TALKATIVE = {'trove-api': b' DEBUG ', 'trove-taskmanager': b' DEBUG ',
             'trove-conductor': b' INFO ', 'guestagent': b' INFO '}


@pytest.fixture
def said(stack):
    """A function that gives what each log has said by now, by its name.

    The logs are those of the services and of all they run on, and the
    agent's own inside each machine.
    """
    def read():
        files = [*stack.logs.rglob('*.log*'), *stack.cloud_dir.glob(
            'machines/*/upper/var/log/trove/*')]
        return {str(path): path.read_bytes() for path in files}
    return read


def test_no_secret_of_a_tenant_is_in_any_log(tenant, instances, said):
    words = [secrets.token_urlsafe(16) for _ in range(5)]
    first, second, third, fourth, fifth = words
    trove, made = tenant.trove, instances.create('secret', first)
    instance = tenant.wait(made.id)
    host = tenant_module.address(instance)
    trove.users.create(made.id, [{'name': 'ann', 'password': second}])
    trove.users.change_passwords(made.id, [{'name': 'ann',
                                            'password': third}])
    trove.users.update_attributes(made.id, 'ann', {'password': fourth})
    words.append(trove.root.create(made.id)[1])
    trove.root.create_instance_root(made.id, fifth)
    words.append(tenant.cloud.auth_token)
    assert tenant_module.query(host, 'ann', fourth, None) == ((1,),)
    assert tenant_module.query(host, 'root', fifth, None) == ((1,),)
    logs = said()
    for service, level in TALKATIVE.items():
        assert any(service in name and level in text
                   for name, text in logs.items()), service
    for number, word in enumerate(words):
        found = [name for name, text in logs.items() if word.encode() in text]
        assert not found, 'secret %d is in %s' % (number, found)
