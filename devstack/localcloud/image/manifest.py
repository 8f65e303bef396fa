# SPDX-License-Identifier: Apache-2.0
"""Layer manifests: what a server of this cloud is made of."""
import json
import os
import re

FORMAT = 'trove-layers-1'
LARGEST = 65536     # a manifest is a few hundred bytes
PLAIN = re.compile(r'[A-Za-z0-9][A-Za-z0-9._+~-]*')


class BadManifest(Exception):
    """The data is no manifest, or names what is not there."""


def looks_like_one(data):
    """Whether the data means to be a manifest."""
    return len(data) <= LARGEST and FORMAT.encode() in data


def layers(data, image_dir):
    """The names of the layers, top first, each one there."""
    try:
        body = json.loads(data)
    except ValueError as error:
        raise BadManifest(
            'The image is not a layer manifest; this cloud boots layers '
            'only.') from error
    if not isinstance(body, dict) or body.get('format') != FORMAT:
        raise BadManifest(
            f'The image is not a layer manifest of format {FORMAT}; this '
            'cloud boots layers only.')
    names = body.get('layers')
    if not isinstance(names, list) or not names:
        raise BadManifest('The layer manifest names no layers.')
    for name in names:
        if not isinstance(name, str) or not PLAIN.fullmatch(name):
            raise BadManifest(f'{name!r} is not the plain name of a layer.')
        if not os.path.isdir(os.path.join(image_dir, name)):
            raise BadManifest(f'There is no layer {name} on this machine.')
    return tuple(names)
