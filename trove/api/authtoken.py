# SPDX-License-Identifier: Apache-2.0
"""keystonemiddleware, set up: our token memory, and an end to its waiting."""

from keystoneauth1 import exceptions
from keystonemiddleware import auth_token

from trove.api import identity
from trove.common import exception

#: Without these a Keystone that says nothing holds a request for ever, and
#: each request one thread.
_PATIENCE = {'http_connect_timeout': 10, 'http_request_max_retries': 2}


class KeystoneAway(exception.Unavailable):
    """Nobody can say whom a token belongs to."""

    template = 'The identity service does not answer; try again.'


class Tokens(auth_token.AuthProtocol):
    """Says 503 of every way in which Keystone cannot be asked.

    A request that timed out left as an exception that nobody caught.
    """

    def fetch_token(self, token, allow_expired=False):
        """What Keystone says of a token."""
        try:
            return super().fetch_token(token, allow_expired=allow_expired)
        except exceptions.ClientException as error:
            self.log.error('A token cannot be validated: %s', error)
            raise KeystoneAway() from error


def build(inner, conf):
    """The middleware before ``inner``; tokens are kept in memcached where
    there is one, else in `identity.TokenMemory`."""
    for group, options in auth_token.AUTH_TOKEN_OPTS:
        conf.register_opts(options, group=group)
    for name, value in _PATIENCE.items():
        conf.set_default(name, value, 'keystone_authtoken')
    # Only audit reads the catalogue: it would be parsed and written into
    # headers on each request.
    conf.set_default('include_service_catalog', bool(conf.audit_map_file),
                     'keystone_authtoken')
    settings = {'oslo_config_config': conf}
    if not (conf.keystone_authtoken.memcached_servers
            or conf.keystone_authtoken.cache):
        settings['cache'] = identity.CACHE_KEY
    return Tokens(inner, settings)
