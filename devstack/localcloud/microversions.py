# SPDX-License-Identifier: Apache-2.0
"""Microversions: what is spoken, what was asked for, what is answered."""
import re

from localcloud import errors

# service -> (name in the header, lowest, highest)
SPOKEN = {
    'compute': ('compute', (2, 1), (2, 90)),
    'volume': ('volume', (3, 0), (3, 70)),
}


def text(version):
    """A version as it is written."""
    return '.'.join(map(str, version))


def negotiate(call):
    """Set the call's version; a 406 for one that is not spoken."""
    if call.route.service not in SPOKEN:
        return
    name, lowest, highest = SPOKEN[call.route.service]
    asked = _asked(call.request.headers, name)
    if asked is None:
        call.version = lowest
        return
    if asked == 'latest':
        call.version = highest
        return
    if not re.fullmatch(r'\d+\.\d+', asked):
        raise errors.BadRequest(f'{asked!r} is not a version.')
    call.version = tuple(map(int, asked.split('.')))
    if not lowest <= call.version <= highest:
        raise errors.NotAcceptable(
            f'Version {asked} is not supported: {text(lowest)} to '
            f'{text(highest)} are.')


def echo(call, response):
    """Tell which version answered."""
    if call.route.service not in SPOKEN:
        return
    name = SPOKEN[call.route.service][0]
    version = text(call.version)
    response.headers['OpenStack-API-Version'] = f'{name} {version}'
    response.headers['Vary'] = 'OpenStack-API-Version'
    if name == 'compute':
        response.headers['X-OpenStack-Nova-API-Version'] = version


def _asked(headers, name):
    for part in headers.get('OpenStack-API-Version', '').split(','):
        words = part.split()
        if len(words) == 2 and words[0] == name:
            return words[1]
    if name == 'compute':
        return headers.get('X-OpenStack-Nova-API-Version')
    return None
