# SPDX-License-Identifier: Apache-2.0
"""What the broker is told about the queues of guests and processes."""

import re

import requests


def policies(node):
    """Policies of the broker by name."""
    answer = requests.get(node.management_url + '/api/policies',
                          auth=('trove', node.password), timeout=10)
    return {policy['name']: policy for policy in answer.json()}


def test_the_first_user_brings_the_bounds_of_queues(control, node):
    control.broker._call('DELETE', 'policies/%2F/trove-guests')
    control.broker._policy_applied = False
    control.enrol()
    assert policies(node)['trove-guests']['definition']['max-length'] == 1000


def test_queues_named_after_a_process_end_after_it(control, node):
    control.enrol()
    policy = policies(node)['trove-processes']
    assert policy['definition'] == {'expires': 3600000}
    for queue in ('taskmanager.host.123', 'trove-conductor.host.1',
                  'trove-answers.host-1-ab'):
        assert re.match(policy['pattern'], queue)
    for queue in ('taskmanager', 'trove-conductor', 'guestagent.x'):
        assert not re.match(policy['pattern'], queue)
