# SPDX-License-Identifier: Apache-2.0
"""Requests in the name of a caller: the caller's token, and ours beside it.

A service that finds a good token of a service in X-Service-Token accepts a
caller's that has run out since it was first looked at. No such token ever
reaches a guest.
"""

import logging

from keystoneauth1 import exceptions as ksa_errors
from keystoneauth1 import loading
from keystoneauth1 import service_token
from keystoneauth1 import token_endpoint
from oslo_config import cfg

from trove.cloud import errors
from trove.common import exception

LOG = logging.getLogger(__name__)

_GROUP = 'service_user'


class Callers:
    """Makes what a session needs to speak for whoever asks us."""

    def __init__(self, session, conf):
        self._session = session
        self._ours = _ours(session, conf)

    @property
    def vouched(self):
        """Whether a token of ours goes along."""
        return self._ours is not None

    def auth(self, token, endpoint):
        """keystoneauth's plugin for one request with this token.

        That Trove's account is refused is no fault of the caller, who would
        be told so by the service's answer: our token is fetched first.
        """
        theirs = token_endpoint.Token(endpoint=endpoint, token=token)
        if self._ours is None:
            return theirs
        try:
            self._ours.get_token(self._session)
        except ksa_errors.ClientException as error:
            LOG.error('No token for [%s]: %s', _GROUP, error)
            raise errors.no_answer('Keystone', error) from error
        return service_token.ServiceTokenAuthWrapper(theirs, self._ours)


def _ours(session, conf):
    """The plugin of the account that vouches; None where none does."""
    group = conf[_GROUP]
    if not group.send_service_user_token:
        return None
    if not (group.auth_type or group.auth_section):
        return session.auth
    try:
        return loading.load_auth_from_conf_options(conf, _GROUP)
    except (ksa_errors.ClientException, cfg.Error) as error:
        raise exception.ConfigError(
            'The account in [%s] cannot be used: %s' % (_GROUP, error)
        ) from error
