# SPDX-License-Identifier: Apache-2.0
"""What every route shares: envelope, bodies, methods, headers."""

import json

import pytest
from werkzeug import test

from trove.common import exception
from trove.tests.fixtures import api


def test_a_rule_of_the_operator_is_obeyed(make_service, tmp_path):
    rules = tmp_path / 'policy.yaml'
    rules.write_text('"instance:create": "role:member"\n'
                     '"instance:show": "!"\n')
    service = make_service(policy_file=rules)
    reader, member = service.caller('reader'), service.caller('member')
    assert api.error(reader.post(
        '/instances', api.create_body()))[0] == 403
    made = member.post('/instances', api.create_body())
    assert made.status_code == 200
    path = '/instances/' + made.json['instance']['id']
    assert api.error(member.get(path))[0] == 403
    # Loaded first, so that a foreign id is unknown rather than forbidden.
    assert api.error(service.caller('foreign').get(path))[0] == 404


def test_admin_roles_replace_the_rule(make_service):
    service = make_service(admin_roles=['Reader'])
    assert service.caller('reader').get('/mgmt/instances').status_code == 200


@pytest.mark.parametrize('method,path,allow', [
    ('PUT', '/instances', 'GET, HEAD, POST'),
    ('POST', '/instances/detail', 'GET, HEAD'),
    ('DELETE', '/datastores/versions/x', 'GET, HEAD'),
    ('POST', '/datastores/a/versions', 'GET, HEAD'),
    ('POST', '/mgmt/instances', 'GET, HEAD'),
    ('DELETE', '/mgmt/instances/x', 'GET, HEAD'),
    ('PATCH', '/limits', 'GET, HEAD')])
def test_another_method_is_told_what_is_allowed(
        admin, method, path, allow):
    answer = admin.call(method, path)
    assert api.error(answer)[:2] == (405, 'badMethod')
    assert answer.headers['Allow'] == allow


@pytest.mark.parametrize('path', [
    '/nothing', '/instances/', '/instances/x/nothing', '', '/',
    '/instances/x/ssl/rollback', '/instances/x/', '/flavors/1/2'])
def test_unknown_paths(member, path):
    assert api.error(member.get(path))[:2] == (404, 'itemNotFound')


def test_runs_of_slashes_count_as_one(member):
    assert member.get('//instances///detail').status_code == 200


def test_dots_and_escapes_reach_the_handler_whole(member):
    for name in ('1.0.json', 'a.b.html', 'a%2eb', 'a%40b', 'a%25b', 'ä'):
        message = api.error(member.get('/flavors/' + name))[2]
        shown = name.replace('%2e', '.').replace('%40', '@')
        assert shown.replace('%25', '%') in message


def test_ids_are_the_same_in_either_case(service, member):
    group = member.post('/configurations', {'configuration': {
        'name': 'web', 'values': {}, 'datastore': {
            'type': 'mariadb', 'version': '10.11'}}}).json['configuration']
    big = group['id'].upper()
    assert member.get('/configurations/' + big).json[
        'configuration']['id'] == group['id']
    made = member.post('/instances', api.create_body(
        configuration=big, nics=[{'network_id': api.NETWORK.upper()}]))
    assert made.json['instance']['configuration']['id'] == group['id']
    store = member.get('/datastores/mariadb').json['datastore']
    assert member.get('/datastores/%s/versions/%s' % (
        store['id'].upper(), store['default_version'].upper())
        ).status_code == 200


def test_a_path_that_is_not_utf8(member):
    answer = member.get('/', environ_overrides={
        'PATH_INFO': '/v1.0/%s/flavors/\xff' % api.PROJECT})
    assert api.error(answer)[0] == 400


def test_head_is_get_without_a_body(member):
    answer = member.call('HEAD', '/instances')
    assert (answer.status_code, answer.data) == (200, b'')
    answer = member.call('HEAD', '/nothing')
    assert (answer.status_code, answer.data) == (404, b'')


@pytest.mark.parametrize('accept', [
    '*/*', 'application/json', 'text/html', 'application/xml', 'nonsense'])
def test_every_accept_gets_json(member, accept):
    answer = member.get('/instances', headers={'Accept': accept})
    assert answer.status_code == 200
    assert answer.headers['Content-Type'] == 'application/json'


class TestBodies:
    """JSON from an untrusted hand."""

    @pytest.mark.parametrize('raw', [
        b'', b'{', b'[]', b'{}', b'null', b'"x"', b'7', b'\xff\xfe',
        b'{"instance": {"name": "a\\u0000b"}}',
        b'{"instance": {"name": "\\ud800x"}}',
        b'{"instance": {}, "instance": {"name": "x"}}',
        b'[' * 100000, b'{"a":' * 5000,
        b'{"instance": {"name": "x", "volume": {"size": ' + b'9' * 5000
        + b'}}}',
        b'{"instance": {"name": "x", "volume": {"size": NaN}}}',
        b'{"instance": {"name": "x", "volume": {"size": 1e999}}}',
        b'{"instance": {"name": "x", "flavorRef": {}}}'])
    def test_bad_json_is_a_bad_request(self, service, member, raw):
        answer = member.call('POST', '/instances', data=raw,
                             headers={'Content-Type': 'application/json'})
        assert api.error(answer)[:2] == (400, 'badRequest')
        assert service.rows() == 0

    def test_a_huge_volume_is_over_the_limit(self, member):
        answer = member.post('/instances', api.create_body(
            volume={'size': 10 ** 30}))
        assert api.error(answer)[0] == 413

    @pytest.mark.parametrize('content_type,code', [
        (None, 200), ('application/json', 200),
        ('application/json; charset=utf-8', 200),
        ('application/vnd.openstack.trove+json;version=1.0', 200),
        ('application/xml', 415), ('text/plain', 415),
        ('application/x-www-form-urlencoded', 415),
        ('multipart/form-data; boundary=x', 415)])
    def test_content_types(self, member, content_type, code):
        answer = member.call(
            'POST', '/instances', data=json.dumps(api.create_body()),
            headers={'Content-Type': content_type})
        assert answer.status_code == code
        if code == 415:
            assert api.error(answer)[1] == 'badMediaType'

    def test_a_body_above_the_cap(self, member):
        answer = member.call(
            'POST', '/instances', data=b' ' * (1024 * 1024 + 1),
            headers={'Content-Type': 'application/json'})
        assert api.error(answer)[:2] == (413, 'overLimit')
        assert 'Retry-After' not in answer.headers

    def test_a_body_where_none_is_expected_is_ignored(self, member):
        answer = member.call('GET', '/instances', data=b'{',
                             headers={'Content-Type': 'application/json'})
        assert answer.status_code == 200


class TestHeaders:
    """Request ids, links, versions."""

    def test_every_answer_has_both_request_ids(self, service, member):
        answers = [member.get('/instances'), member.get('/nothing'),
                   service.caller(None, 'x').get('/instances'),
                   test.Client(service.app).get('/')]
        for answer in answers:
            name = answer.headers['x-openstack-request-id']
            assert name.startswith('req-')
            assert answer.headers['x-compute-request-id'] == name

    def test_the_request_id_is_stored_with_the_promise(
            self, service, member):
        caller_id = 'req-00000000-0000-4000-8000-000000000000'
        answer = member.post('/instances', api.create_body(), headers={
            'X-Openstack-Request-Id': caller_id})
        with service.db.reader() as tx:
            promise, = tx.operations.list()
        assert promise.context['request_id'] == (
            answer.headers['x-openstack-request-id'])
        assert promise.context['global_request_id'] == caller_id

    def test_the_token_is_not_stored(self, service, member):
        member.post('/instances', api.create_body())
        with service.db.reader() as tx:
            promise, = tx.operations.list()
        assert 'auth_token' not in promise.context

    def test_links_keep_scheme_and_prefix(self, service):
        client = test.Client(service.app)
        answer = client.get(
            '/v1.0/%s/flavors/1' % api.PROJECT,
            base_url='https://db.example/database',
            headers={'X-Auth-Token': 'member'})
        assert answer.json['flavor']['links'][0]['href'] == (
            'https://db.example/database/v1.0/%s/flavors/1' % api.PROJECT)

    def test_links_obey_a_proxy_where_the_operator_says_so(
            self, make_service):
        service = make_service(
            oslo_middleware__enable_proxy_headers_parsing=True)
        href = service.caller('member').get('/flavors/1', headers={
            'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'db.example',
            'X-Forwarded-Prefix': '/p'}).json['flavor']['links'][1]['href']
        assert href == 'https://db.example/p/flavors/1'

    def test_links_begin_with_the_public_endpoint(self, make_service):
        service = make_service(public_endpoint='https://public/db/')
        href = service.caller('member').get(
            '/flavors/1').json['flavor']['links'][1]['href']
        assert href == 'https://public/db/flavors/1'

    def test_preflights_are_answered_without_a_token(self, make_service):
        service = make_service(cors__allowed_origin=['https://ui.example'])
        answer = test.Client(service.app).options(
            '/v1.0/x/instances', headers={
                'Origin': 'https://ui.example',
                'Access-Control-Request-Method': 'GET'})
        assert answer.status_code == 200
        assert answer.headers['Access-Control-Allow-Origin'] == (
            'https://ui.example')


class TestVersions:
    """Documents that need no token."""

    def test_list(self, service):
        answer = test.Client(service.app).get('/')
        assert answer.status_code == 200
        assert answer.json == {'versions': [{
            'id': 'v1.0', 'status': 'CURRENT',
            'updated': '2012-08-01T00:00:00Z',
            'links': [{'rel': 'self', 'href': 'http://localhost/v1.0/'}]}]}

    @pytest.mark.parametrize('path', ['/v1.0', '/v1.0/'])
    def test_one(self, service, path):
        answer = test.Client(service.app).get(path)
        assert answer.json['version']['id'] == 'v1.0'

    def test_a_version_may_stand_in_accept(self, service):
        client = test.Client(service.app)
        path = '/%s/instances' % api.PROJECT
        kind = 'application/vnd.openstack.trove+json;version=%s'
        for version, code in (('1.0', 200), ('2.0', 406)):
            answer = client.get(path, headers={
                'X-Auth-Token': 'member', 'Accept': kind % version})
            assert answer.status_code == code
        assert api.error(answer)[1] == 'notAcceptable'
        assert client.get(path).status_code == 404

    def test_health(self, make_service, tmp_path):
        switch = tmp_path / 'off'
        service = make_service()
        service.conf.set_override('disable_by_file_path', str(switch),
                                  'healthcheck')
        client = test.Client(service.app)
        assert client.get('/healthcheck').status_code == 200
        switch.touch()
        assert client.get('/healthcheck').status_code == 503


class TestFailures:
    """Defects and absent services."""

    def test_a_defect_shows_an_id_that_the_log_explains(
            self, service, member, monkeypatch, caplog):
        def explode():
            raise ZeroDivisionError('the secret of the house')
        monkeypatch.setattr(service.cloud.compute, 'flavors', explode)
        code, name, message = api.error(member.get('/flavors'))
        assert (code, name) == (500, 'instanceFault')
        assert 'secret' not in message
        opaque = message.split()[-1].rstrip('.')
        assert opaque in caplog.text
        assert 'the secret of the house' in caplog.text

    @pytest.mark.parametrize('error,code', [
        (exception.Unavailable('x'), 503), (exception.GuestFailed('x'), 502),
        (exception.GuestSilent(instance_id='x', timeout_s=1), 504),
        (exception.Conflict('x'), 409), (exception.ConfigError('x'), 500)])
    def test_families_have_their_status(
            self, service, member, monkeypatch, error, code):
        def fail():
            raise error
        monkeypatch.setattr(service.cloud.compute, 'flavors', fail)
        answer = member.get('/flavors')
        assert api.error(answer)[0] == code
        assert 'Retry-After' not in answer.headers


class TestRates:
    """Leaky buckets per project and method."""

    def test_beyond_the_rate_a_client_is_told_when_to_return(
            self, make_service):
        service = make_service(http_put_rate=2, http_get_rate=0)
        member = service.caller('member')
        path = '/instances/' + api.NOBODY
        body = {'instance': {'name': 'x'}}
        assert member.put(path, body).status_code == 404
        assert member.patch(path, body).status_code == 404
        answer = member.put(path, body)
        assert api.error(answer)[:2] == (413, 'overLimit')
        inner = answer.json['overLimit']
        assert inner['details'] == 'PUT limit 2/minute'
        assert inner['retryAfter'] == answer.headers['Retry-After']
        assert 0 < int(answer.headers['Retry-After']) <= 30
        # Others, and other methods, are not concerned.
        assert service.caller('foreign').put(path, body).status_code == 404
        for _ in range(5):
            assert member.get('/flavors').status_code == 200

    def test_patches_count_as_puts(self, make_service):
        member = make_service(http_put_rate=2).caller('member')
        path, body = '/instances/' + api.NOBODY, {'instance': {'name': 'x'}}
        assert member.patch(path, body).status_code == 404
        assert member.put(path, body).status_code == 404
        for asked in (member.patch, member.put):
            answer = asked(path, body)
            assert answer.status_code == 413
            assert 'PUT limit 2/minute' in answer.get_data(as_text=True)

    def test_posts_below_mgmt_have_a_limit_of_their_own(self, make_service):
        service = make_service(http_mgmt_post_rate=1)
        admin = service.caller('admin')
        assert admin.post('/mgmt/flavors', {}).status_code == 400
        refused = admin.post('/mgmt/flavors', {})
        assert refused.status_code == 413
        assert int(refused.headers['Retry-After']) > 0
        assert admin.post('/backups', {}).status_code == 400
