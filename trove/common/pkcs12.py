# SPDX-License-Identifier: Apache-2.0
"""Takes a PKCS#12 bundle of a stranger apart, in a process of its own.

The bundle says how often its password is to be hashed, in places that are
known only when a part is decrypted: two billion rounds in a file of a
kilobyte would hold a thread for hours. The child has a few seconds of
processor time and some memory, and whatever becomes of it, the caller gets
an answer. Everything secret passes through pipes.
"""

import base64
import datetime
import json
import os
import resource
import subprocess
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from trove.common import exception

MOST_BYTES = 65536
_MOST_CERTIFICATES = 10
_CPU_S = 3
_WALL_S = 15
_MEMORY = 1024 ** 3
_RSA_BITS = 2048
_WEAK = ('md5', 'sha1')

#: So many bundles at a time; others wait their turn, and not for long:
#: who waits holds a thread of the API.
_TURN = threading.BoundedSemaphore(2)
_TURN_S = 10


class BundleRefused(exception.BadRequest):
    """The bundle is of no use."""

    template = 'The PKCS#12 bundle cannot be used: %(reason)s'


class Crowded(exception.Unavailable):
    """Others have bundles taken apart."""

    template = 'Too many bundles are being opened; try again.'


def split(bundle, password):
    """{certificate, private_key, authority, has_authority}, all PEM.

    ``certificate`` is the server's with those between it and its signer.
    Raises BundleRefused with a sentence for its owner.
    """
    if len(bundle) > MOST_BYTES:
        raise BundleRefused(reason='it has more than %d bytes.' % MOST_BYTES)
    asked = json.dumps({
        'bundle': base64.b64encode(bundle).decode(),
        'password': None if password is None
        else base64.b64encode(password).decode()})
    if not _TURN.acquire(timeout=_TURN_S):
        raise Crowded()
    try:
        found = _ask(asked)
    finally:
        _TURN.release()
    if 'refused' in found:
        raise BundleRefused(reason=found['refused'])
    return found


def _ask(asked):
    try:
        done = subprocess.run(
            [_python(), '-m', __name__], input=asked, capture_output=True,
            text=True, timeout=_WALL_S, check=False,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(
                path for path in sys.path if path)})
    except subprocess.TimeoutExpired:
        return {'refused': 'it takes too long to open.'}
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {'refused': 'it takes too much to open.'}


def _python():
    # Under uWSGI the executable is not Python.
    name = os.path.basename(sys.executable or '')
    return (sys.executable if name.startswith('python')
            else os.path.join(sys.prefix, 'bin', 'python3'))


def main():
    """The child: one question on stdin, one answer on stdout."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.load(sys.stdin)
    try:
        answer = _split(base64.b64decode(asked['bundle']),
                        asked['password'] and
                        base64.b64decode(asked['password']))
    except BundleRefused as error:
        answer = {'refused': error.facts['reason']}
    json.dump(answer, sys.stdout)


def _split(bundle, password):
    try:
        found = pkcs12.load_pkcs12(bundle, password)
    except (ValueError, TypeError):
        raise BundleRefused(
            reason='it is no PKCS#12 bundle, or its password is not the '
                   'given one.') from None
    if found.key is None or found.cert is None:
        raise BundleRefused(reason='it holds no certificate with its key.')
    leaf = found.cert.certificate
    more = [one.certificate for one in found.additional_certs]
    if len(more) > _MOST_CERTIFICATES:
        raise BundleRefused(reason='it holds too many certificates.')
    _check(leaf, found.key)
    return _parts(leaf, found.key, more)


def _check(leaf, key):
    now = datetime.datetime.now(datetime.UTC)
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise BundleRefused(reason='its certificate is not valid now.')
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _RSA_BITS:
            raise BundleRefused(reason='its key has less than %d bits.'
                                % _RSA_BITS)
    elif not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BundleRefused(reason='its key is neither RSA nor of an '
                                   'elliptic curve.')
    if _spki(leaf.public_key()) != _spki(key.public_key()):
        raise BundleRefused(reason='its key is not that of its '
                                   'certificate.')
    hashed = leaf.signature_hash_algorithm
    if hashed is not None and hashed.name in _WEAK:
        raise BundleRefused(reason='its certificate is signed with %s.'
                            % hashed.name)


def _spki(key):
    return key.public_bytes(serialization.Encoding.DER,
                            serialization.PublicFormat.SubjectPublicKeyInfo)


def _parts(leaf, key, more):
    roots = [one for one in more if one.subject == one.issuer] or more[-1:]
    between = [one for one in more if one not in roots]
    return {
        'certificate': _pem(leaf, *between),
        'private_key': key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()).decode(),
        # Without an authority: the certificate itself, which signs nobody.
        'authority': _pem(*(roots or [leaf])),
        'has_authority': any(_signs(one) for one in roots)}


def _pem(*certificates):
    return ''.join(one.public_bytes(serialization.Encoding.PEM).decode()
                   for one in certificates)


def _signs(certificate):
    try:
        return certificate.extensions.get_extension_for_class(
            x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


if __name__ == '__main__':
    main()
