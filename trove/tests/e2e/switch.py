# SPDX-License-Identifier: Apache-2.0
"""The fault switch of the one-machine cloud, in a test's words."""


class Switch:
    """Makes the next calls of a kind go wrong."""

    def __init__(self, cloud):
        self._cloud = cloud
        self._url = cloud.config.get_auth_args()['auth_url'].partition(
            '/identity')[0] + '/faults'

    def add(self, service, operation, kind, **more):
        """The next calls of ``operation`` go wrong in this way."""
        answer = self._cloud.session.post(
            self._url, json={'service': service, 'operation': operation,
                             'kind': kind, **more})
        assert answer.status_code == 201, answer.text

    def clear(self):
        """Nothing goes wrong any more."""
        answer = self._cloud.session.delete(self._url)
        assert answer.status_code == 204, answer.text
