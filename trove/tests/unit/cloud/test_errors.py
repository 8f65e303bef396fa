# SPDX-License-Identifier: Apache-2.0
"""What a service says, in our words."""

import pytest
from keystoneauth1 import exceptions as ksa_errors

from trove.cloud import errors
from trove.cloud import ports
from trove.common import exception


@pytest.mark.parametrize('status, words, kind', (
    (404, 'no such server', exception.NotFound),
    (400, 'Invalid flavor', ports.CloudRefused),
    (401, 'who are you', ports.CloudRefused),
    (403, 'Policy does not allow', ports.CloudRefused),
    (403, 'Quota exceeded for cores', ports.CloudQuota),
    (409, 'Quota exceeded for resources: port', ports.CloudQuota),
    (413, 'VolumeLimitExceeded', ports.CloudQuota),
    (413, 'slow down', ports.CloudBusy),
    (409, 'Cannot delete while it is in task_state x', ports.CloudBusy),
    (409, 'IP address 10.0.0.5 already allocated in subnet',
     ports.CloudRefused),
    (409, 'Security group in use', ports.CloudBusy),
    (429, 'too many', ports.CloudBusy),
    (408, 'you were too slow', ports.CloudDown),
    (500, 'oops', ports.CloudDown), (503, '', ports.CloudDown),
    (None, 'no status', ports.CloudDown)))
def test_each_answer_has_its_meaning(status, words, kind):
    assert type(errors.of_status('Nova', status, words)) is kind


def test_the_words_of_the_service_are_kept_on_one_line():
    error = errors.of_status('Nova', 400, 'first\n  second')
    assert str(error) == 'Nova: first second'


def test_a_certificate_that_is_not_trusted_is_told_with_the_option():
    error = errors.no_answer('Nova', ksa_errors.SSLError('self signed'))
    assert type(error) is ports.CloudDown
    assert 'cafile in [service_credentials]' in str(error)
    assert 'self signed' in str(error)


def test_what_the_catalogue_has_not_is_not_waited_for():
    error = errors.no_answer('Nova', ksa_errors.EndpointNotFound('no Nova'))
    assert type(error) is ports.CloudRefused


def test_no_answer_has_a_reason_even_when_the_error_has_no_words():
    assert str(errors.no_answer('Nova', OSError())) == 'Nova: OSError'
