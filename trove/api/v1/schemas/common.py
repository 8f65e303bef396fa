# SPDX-License-Identifier: Apache-2.0
"""Pieces that the schemas share."""

#: Almost every free text of the API.
NAME = {'type': 'string', 'minLength': 1, 'maxLength': 255,
        'pattern': '[A-Za-z0-9]',
        'message': 'must be a text of 1 to 255 characters with a letter or '
                   'digit in it'}

UUID = {'type': 'string', 'format': 'uuid',
        'pattern': '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
        'message': 'must be a UUID'}

UUID_OR_NULL = {'type': ['string', 'null'], 'format': 'uuid',
                'pattern': UUID['pattern'],
                'message': 'must be a UUID or null'}

#: Gigabytes; command line clients send digits as text.
SIZE_GB = {'type': ['integer', 'string'], 'minimum': 1,
           'pattern': '^0*[1-9][0-9]{0,39}$',
           'message': 'must be a whole number of GB, at least 1'}

#: A switch; clients send numbers, digits or truth values.
FLAG = {'enum': [0, 1, '0', '1', True, False]}

FLAVOR_REF = {'type': ['string', 'integer'], 'minLength': 1,
              'maxLength': 255, 'pattern': '[A-Za-z0-9]',
              'message': 'must be the id of a flavor, or a URL that ends in '
                         'it'}


def obj(properties, required=(), closed=False):
    """An object schema."""
    found = {'type': 'object', 'properties': properties,
             'required': list(required)}
    if closed:
        found['additionalProperties'] = False
    return found


def last_segment(reference):
    """The id of a flavor that may be named by a URL or a number."""
    text = str(reference)
    return text.split('?')[0].rstrip('/').rsplit('/', 1)[-1]
