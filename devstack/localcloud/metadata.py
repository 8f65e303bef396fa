# SPDX-License-Identifier: Apache-2.0
"""The metadata service: a guest is known by the address it comes from."""
import posixpath

from localcloud import web
from localcloud.compute import machines

ADDRESS = '169.254.169.254'


class Application:
    """openstack/latest/* and the few EC2-like paths that tools read."""

    def __init__(self, cloud):
        self._cloud = cloud

    def __call__(self, environ, start_response):
        """Answer one guest about itself."""
        request = web.Request(environ)
        doc = self._server_at(request.remote_addr)
        body = self._body(doc, request.path) if doc else None
        if body is None:
            response = web.Response('not found\n', status=404)
        else:
            response = web.Response(body)
        response.mimetype = ('application/json' if request.path.endswith(
            '.json') else 'text/plain')
        return response(environ, start_response)

    def _server_at(self, address):
        for port in self._cloud.store.find('port'):
            if port['device_id'] and any(
                    ip['ip_address'] == address for ip in port['fixed_ips']):
                return self._cloud.store.get('server', port['device_id'])
        return None

    def _body(self, doc, path):
        path = posixpath.normpath(path).lstrip('/')
        files = machines.config_drive(self._cloud.store, doc)
        if path in files:
            return files[path]
        ec2 = {'instance-id': doc['id'], 'hostname': doc['hostname'],
               'local-hostname': doc['hostname'],
               'placement/availability-zone': doc['availability_zone'],
               'instance-type': doc['flavor']['name']}
        listings = {'openstack': 'latest', 'openstack/latest': '\n'.join(
            sorted(name.removeprefix('openstack/latest/') for name in files
                   if name.startswith('openstack/latest/'))),
            'latest': 'meta-data\nuser-data',
            'latest/meta-data': '\n'.join(sorted(ec2)),
            'latest/user-data': files.get('openstack/latest/user_data')}
        if path in listings:
            return listings[path]
        return ec2.get(path.removeprefix('latest/meta-data/'))
