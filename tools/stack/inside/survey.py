# SPDX-License-Identifier: Apache-2.0
"""Look into the cloud OS_CLOUD, make what Trove lacks there, print facts.

    survey.py '{"port": ..., "password_file": ..., ...}'

Prints {"site": {...}, "said": [sentences], "missing": [commands],
"stop": sentence}. Nothing that is there is changed. What the account may not
do becomes a command for an administrator, and then nothing more is made;
``site`` is null where it is not all there.
"""

import ipaddress
import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import urllib.parse

import openstack
from keystoneauth1 import exceptions as ksa_errors
from openstack import exceptions

USER = 'trove'
PROJECT = 'service'
ROLES = ('admin', 'service')
GROUP = 'trove-mgmt'
CIDR = '192.168.254.0/24'
ENDPOINT = 'http://{host}:{port}/v1.0/$(project_id)s'
ADMIN = 'admin'
DENIED = (exceptions.ForbiddenException,)


class Stop(Exception):
    """What somebody has to decide before it can go on."""


class Survey:
    """One look into one cloud."""

    def __init__(self, cloud, wanted):
        self.cloud = cloud
        self.wanted = wanted
        self.said = []
        self.missing = []
        self.auth = cloud.config.config['auth']
        self.region = cloud.config.region_name or 'RegionOne'
        self.own = ipaddress_list()

    def site(self):
        """Return the facts of `stack.site.Site`, less its name.

        None where commands are `missing`.
        """
        account = self.account()
        host, port = self.endpoint()
        if self.missing:
            return None
        network, subnets = self.network()
        return {
            'identity_url': self.auth['auth_url'], 'region': self.region,
            **account, 'cafile': self.cloud.config.config.get('cacert') or '',
            'api_host': host, 'api_port': port,
            'management_network': network.id,
            'management_groups': [self.group().id],
            'management_cidrs': [subnet.cidr for subnet in subnets],
            'broker_address': self.broker(network, subnets)}

    # --- who Trove is

    def account(self):
        """A user of Trove's own where one may be made, else the given one."""
        if not {'username', 'password'} <= set(self.auth):
            raise Stop('Trove\'s services log in with a name and a password: '
                       'give the entry of clouds.yaml username and password.')
        given = {
            'username': self.auth['username'],
            'password': self.auth['password'],
            'project': self.cloud.current_project.name or PROJECT,
            'user_domain': domain(self.auth, 'user'),
            'project_domain': domain(self.auth, 'project')}
        if given['username'] == USER:
            if not self._administers():
                self.missing += grants(given['project'])
            return given
        try:
            return self._own_user() or given
        except DENIED:
            if not self._administers():
                self._ask_for_a_user()
                return None
            self.said.append(
                f'Trove acts as {given["username"]}: this account may not '
                'make a user for it.')
            return given

    def _administers(self):
        session = self.cloud.config.get_session()
        return ADMIN in session.auth.get_access(session).role_names

    def _ask_for_a_user(self):
        """Servers for other projects are made by an administrator only."""
        self.said.append(
            f'{self.auth["username"]} is no administrator, and may not make '
            f'the user {USER}, as which Trove acts. When an administrator '
            'has, give that user an entry in clouds.yaml and name it with '
            '--os-cloud.')
        self.missing += [
            f'openstack project create --or-show {PROJECT}',
            f'openstack user create --or-show --password-prompt {USER}',
            *grants(PROJECT)]

    def _own_user(self):
        identity = self.cloud.identity
        path = pathlib.Path(self.wanted['password_file'])
        project = identity.find_project(PROJECT)
        if project is None:
            project = identity.create_project(
                name=PROJECT, domain_id='default')
        user = identity.find_user(USER)
        if user is None:
            _write(path, secrets.token_urlsafe(24))
            user = identity.create_user(
                name=USER, password=path.read_text().strip(),
                domain_id='default', default_project_id=project.id)
            self.said.append(f'user {USER} made, password in {path}')
        elif not path.exists():
            self.said.append(
                f'the cloud has a user {USER} whose password is not known '
                'here; put it into clouds.yaml and name that entry, or '
                f'remove the user. Trove acts as {self.auth["username"]}.')
            return None
        for name in ROLES:
            role = identity.find_role(name)
            if role is not None:
                identity.assign_project_role_to_user(project, user, role)
        return {'username': USER, 'password': path.read_text().strip(),
                'project': PROJECT, 'user_domain': 'Default',
                'project_domain': 'Default'}

    # --- where its API is

    def endpoint(self):
        """(host, port) that the catalogue has for it, made if it has none."""
        access = self.cloud.config.get_session().auth.get_access(
            self.cloud.config.get_session())
        known = access.service_catalog.url_for(
            service_type='database', interface='public',
            region_name=self.region) if access.service_catalog.get_endpoints(
                service_type='database', region_name=self.region) else None
        if known:
            url = urllib.parse.urlparse(known)
            if url.hostname in self.own:
                return url.hostname, url.port or 80
            self.said.append(
                f'the catalogue says that the database service is at '
                f'{known}, which is not this machine; clients of this stack '
                'need OS_DATABASE_ENDPOINT_OVERRIDE.')
            return self._near(), self.wanted['port']
        return self._register()

    def _register(self):
        host, port = self._near(), self.wanted['port']
        url = ENDPOINT.format(host=host, port=port)
        identity = self.cloud.identity
        try:
            service = next(iter(identity.services(type='database')), None)
            if service is None:
                service = identity.create_service(
                    name='trove', type='database', enabled=True)
            for interface in ('public', 'internal', 'admin'):
                identity.create_endpoint(
                    service_id=service.id, interface=interface, url=url,
                    region_id=self.region)
            self.said.append(f'database service registered at {url}')
        except DENIED:
            self.missing.append(
                'openstack service create --name trove database')
            self.missing += [
                'openstack endpoint create --region '
                f'{self.region} database {interface} \'{url}\''
                for interface in ('public', 'internal', 'admin')]
        return host, port

    def _near(self):
        """The address of this machine that faces the cloud."""
        url = urllib.parse.urlparse(self.auth['auth_url'])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((url.hostname, url.port or 80))
            return probe.getsockname()[0]

    # --- how guests reach the broker

    def network(self):
        """The management network and its subnets."""
        name = self.wanted['network']
        network = self.cloud.network.find_network(name)
        if network is None:
            network = self.cloud.network.create_network(name=name)
            self.cloud.network.create_subnet(
                network_id=network.id, name=name, cidr=CIDR, ip_version=4,
                gateway_ip=None)
            self.said.append(f'network {name} ({CIDR}) made')
            network = self.cloud.network.get_network(network.id)
        return network, [self.cloud.network.get_subnet(one)
                         for one in network.subnet_ids]

    def group(self):
        """The security group of management ports: guests only dial out."""
        project = self.cloud.current_project_id
        found = next(iter(self.cloud.network.security_groups(
            name=GROUP, project_id=project)), None)
        return found or self.cloud.network.create_security_group(
            name=GROUP, description='Trove: ports of the management network')

    def broker(self, network, subnets):
        """An address of this machine that guests can reach."""
        asked = self.wanted['broker_address']
        if asked:
            if asked not in self.own:
                raise Stop(
                    f'{asked} is no address of this machine; it has '
                    + ', '.join(self.own) + '.')
            return asked
        for subnet in subnets:
            for address in self.own:
                if ipaddress.ip_address(address) in ipaddress.ip_network(
                        subnet.cidr):
                    return address
        raise Stop(
            f'None of this machine\'s addresses lies in {network.name} ('
            + ', '.join(subnet.cidr for subnet in subnets)
            + '), so it is not known where guests reach RabbitMQ: name the '
            'address with --broker-address, and let TCP port '
            f'{self.wanted["broker_port"]} from that network through to it '
            '(router, firewall, security groups).')


def ipaddress_list():
    """The addresses of this machine."""
    said = subprocess.run(['ip', '-j', 'address'], capture_output=True,
                          check=True, text=True).stdout
    return [one['local'] for link in json.loads(said)
            for one in link['addr_info'] if one['scope'] == 'global'] + [
                '127.0.0.1']


def grants(project):
    """Commands that make the user an administrator in its project."""
    return [f'openstack role add --user {USER} --project {project} {role}'
            for role in ROLES]


def domain(auth, kind):
    """The name of a domain that clouds.yaml names by name or id."""
    named = auth.get(f'{kind}_domain_name')
    identity = auth.get(f'{kind}_domain_id', 'default')
    return named or ('Default' if identity == 'default' else identity)


def _write(path, text):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, 'w', encoding='ascii') as stream:
        stream.write(text)


def look(words):
    """(site, survey, what stopped it) of the cloud OS_CLOUD."""
    try:
        cloud = openstack.connect()
        survey = Survey(cloud, json.loads(words))
    except exceptions.ConfigException as error:
        names = openstack.config.OpenStackConfig().get_cloud_names()
        return None, None, f'{error} There are: {", ".join(sorted(names))}.'
    try:
        return survey.site(), survey, ''
    except Stop as error:
        return None, survey, str(error)
    except (exceptions.SDKException, ksa_errors.ClientException) as error:
        return None, survey, f'The cloud refused: {error}'


def main(words):
    """Print what was found."""
    site, survey, stop = look(words)
    print(json.dumps({'site': site, 'stop': stop,
                      'said': survey.said if survey else [],
                      'missing': survey.missing if survey else []}))


if __name__ == '__main__':
    main(*sys.argv[1:])
