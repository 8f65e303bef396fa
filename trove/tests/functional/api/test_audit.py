# SPDX-License-Identifier: Apache-2.0
"""CADF audit events, where the operator wants them."""

import json
import pathlib

from keystonemiddleware import audit
from werkzeug import test

from trove.api import deploy
from trove.tests.fixtures import api
from trove.tests.fixtures import hearing

MAP = pathlib.Path(__file__).parents[4] / 'etc/trove/api_audit_map.conf'
SECRET = 'sw0rdfish'
CATALOG = [{'type': 'database', 'name': 'trove', 'endpoints': [{
    'publicURL': 'http://db/v1.0', 'internalURL': 'http://db/v1.0',
    'adminURL': 'http://db/v1.0', 'id': 'e', 'region': 'R'}],
    'endpoints_links': []}]


class Identity(api.TokenStub):
    """keystonemiddleware, with the catalogue that audit asks for."""

    def __call__(self, environ, start_response):
        """Serve one request."""
        environ['HTTP_X_SERVICE_CATALOG'] = json.dumps(CATALOG)
        return super().__call__(environ, start_response)


def test_who_did_what_is_told_without_secrets(make_service, caplog):
    service = make_service(audit_map_file=str(MAP))
    for group, found in audit.list_opts():
        service.conf.register_opts(found, group=group)
    service.conf.set_override('use_oslo_messaging', False,
                              'audit_middleware_notifications')
    client = test.Client(deploy.build(service.deps, Identity))
    with hearing.everything(caplog):
        answer = client.post(
            '/v1.0/%s/instances' % api.PROJECT,
            headers={'X-Auth-Token': 'member'}, json=api.create_body(
                users=[{'name': 'ann', 'password': SECRET}]))
    assert answer.status_code == 200
    told = [record.getMessage() for record in caplog.records
            if 'audit.http' in record.getMessage()]
    assert len(told) == 2, 'a request and its response'
    assert "'outcome': 'success'" in told[1]
    assert "'action': 'create'" in told[0]
    assert api.PROJECT in told[0]
    assert SECRET not in caplog.text
