# SPDX-License-Identifier: Apache-2.0
"""One session for all services, from [service_credentials].

Connections, tokens and timeouts are shared. What may be repeated without
harm is repeated here, so that no adapter has to; what creates something is
sent once.
"""

import logging

import requests
from keystoneauth1 import session as ksa_session
from keystoneauth1.identity import v3
from requests import adapters

from trove.cloud import barbican
from trove.cloud import callers
from trove.cloud import cinder
from trove.cloud import glance
from trove.cloud import neutron
from trove.cloud import nova
from trove.cloud import ports
from trove.cloud import swift
from trove.common import exception

LOG = logging.getLogger(__name__)

_HARMLESS = frozenset(('GET', 'HEAD', 'DELETE'))
_PASSING = (429, 500, 502, 503, 504)


class Session(ksa_session.Session):
    """A session that knows which requests may be sent twice.

    keystoneauth counts a lost answer as a failed connection, so its own
    retries would double a server whose answer got lost. No bodies are
    logged: they hold the secrets of guests, and so do answers, for Nova shows
    an administrator the user data of each server.
    """

    def __init__(self, *args, retries=0, **kwargs):
        super().__init__(*args, **kwargs)
        self._retries = retries

    def request(self, url, method, **kwargs):
        """Send a request; harmless ones again when the failure may pass."""
        harmless = (method in _HARMLESS
                    or kwargs.get('authenticated') is False)
        retries = self._retries if harmless else 0
        kwargs['connect_retries'] = retries
        kwargs['status_code_retries'] = retries
        kwargs['retriable_status_codes'] = list(_PASSING)
        kwargs['log'] = False
        answer = super().request(url, method, **kwargs)
        LOG.debug('%s %s: %s', method, url, answer.status_code)
        return answer


def from_conf(conf, patience_s=None):
    """The cloud as the service account sees it; connects when first used.

    With ``patience_s`` no request takes longer, and it is repeated once at
    most: somebody waits for the answer.
    """
    return of_session(new_session(conf, patience_s), conf)


def of_session(session, conf):
    """The cloud as seen through a session."""
    region = conf.service_credentials.region_name
    speaking = callers.Callers(session, conf)
    return ports.Cloud(
        compute=nova.NovaCompute(
            session, _endpoint(conf, 'nova_compute', region),
            version=conf.nova_client_version,
            config_drive=conf.use_nova_server_config_drive),
        volumes=cinder.CinderVolumes(
            session, _endpoint(conf, 'cinder', region),
            version=conf.cinder_client_version),
        network=neutron.NeutronNetwork(
            session, _endpoint(conf, 'neutron', region)),
        images=glance.GlanceImages(
            session, _endpoint(conf, 'glance', region)),
        objects=swift.SwiftObjects(session, conf, speaking),
        secrets=barbican.BarbicanSecrets(
            session, _endpoint(conf, 'barbican', region), speaking))


def new_session(conf, patience_s=None):
    """A session of the service account."""
    group = conf.service_credentials
    for name in ('auth_url', 'password'):
        if not getattr(group, name):
            raise exception.ConfigError(
                'Set %s in [service_credentials]: the cloud cannot be '
                'reached without it.' % name)
    project = ({'project_id': group.project_id} if group.project_id else
               {'project_name': group.project_name,
                'project_domain_name': group.project_domain_name})
    auth = v3.Password(
        auth_url=group.auth_url, username=group.username,
        password=group.password, user_domain_name=group.user_domain_name,
        **project)
    pool = requests.Session()
    for scheme in ('http://', 'https://'):
        pool.mount(scheme, adapters.HTTPAdapter(
            pool_maxsize=group.connections))
    timeout_s, retries = group.request_timeout, group.request_retries
    if patience_s is not None:
        timeout_s, retries = min(timeout_s, patience_s), min(retries, 1)
    return Session(
        auth=auth, session=pool, timeout=timeout_s,
        verify=False if group.insecure else group.cafile or True,
        retries=retries)


def _endpoint(conf, option, region):
    """Where a service is, in keystoneauth's words."""
    return {
        'service_type': conf[option + '_service_type'],
        'interface': conf[option + '_endpoint_type'].removesuffix('URL'),
        'region_name': region,
        'endpoint_override': conf[option + '_url']}
