# SPDX-License-Identifier: Apache-2.0
"""A tenant's account in the object store, by address and token.

The token is the tenant's own and lives for hours at most; it is held in
memory for as long as a job needs it, and never written down or logged.
"""

import contextlib
import logging
import typing

import requests.exceptions
from swiftclient import client
from swiftclient import exceptions as swift_errors

from trove.common import exception

#: Who asked waits for it: a store that is away is told in a minute, after
#: one more try of the request that it failed.
_TIMEOUT_S = 25
_RETRIES = 1
_BACKOFF_S = 0.5
#: Its words about requests hold the beginning of tokens.
logging.getLogger('swiftclient').setLevel(logging.CRITICAL)


class StoreAway(exception.Unavailable):
    """The object store does not take or give something."""

    template = 'The object store does not answer: %(reason)s'


class TokenRefused(exception.Forbidden):
    """The token is no longer good, or never was for this account."""

    template = 'The object store does not take the token: %(reason)s'


class Account:
    """One account; every method may be repeated without harm.

    ``ca_file`` holds the authorities of the store's certificate, where they
    are not public ones.
    """

    def __init__(self, url: str, token: str,
                 ca_file: str | None = None) -> None:
        self._client = client.Connection(
            preauthurl=url, preauthtoken=token, cacert=ca_file,
            retries=_RETRIES,
            timeout=_TIMEOUT_S, starting_backoff=_BACKOFF_S,
            max_backoff=_BACKOFF_S)

    def get(self, container: str, name: str) -> bytes | None:
        """An object's content, or None."""
        with _translated():
            try:
                return bytes(self._client.get_object(container, name)[1])
            except swift_errors.ClientException as error:
                if error.http_status == 404:
                    return None
                raise

    def put(self, container: str, name: str, content: bytes,
            expires_s: int | None = None,
            **metadata: typing.Any) -> None:
        """Write an object that is gone after some seconds."""
        headers = {'X-Object-Meta-' + key: str(value)
                   for key, value in metadata.items()}
        if expires_s:
            headers['X-Delete-After'] = str(expires_s)
        with _translated():
            self._client.put_object(
                container, name, content, content_type='text/plain',
                headers=headers)

    def ensure(self, container: str) -> None:
        """Have a container of that name."""
        with _translated():
            self._client.put_container(container)

    def delete_below(self, container: str, prefix: str) -> None:
        """Delete every object whose name begins like this."""
        with _translated():
            try:
                found = self._client.get_container(
                    container, prefix=prefix, full_listing=True)[1]
            except swift_errors.ClientException as error:
                if error.http_status == 404:
                    return
                raise
            for entry in found:
                self._delete(container, entry['name'])

    def _delete(self, container: str, name: str) -> None:
        try:
            self._client.delete_object(container, name)
        except swift_errors.ClientException as error:
            if error.http_status != 404:
                raise


@contextlib.contextmanager
def _translated() -> typing.Iterator[None]:
    try:
        yield
    except swift_errors.ClientException as error:
        reason = 'HTTP %s' % (error.http_status or 'nothing')
        if error.http_status in (401, 403):
            raise TokenRefused(reason=reason) from error
        raise StoreAway(reason=reason) from error
    except (requests.exceptions.RequestException, OSError) as error:
        raise StoreAway(reason=type(error).__name__) from error
