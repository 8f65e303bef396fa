# SPDX-License-Identifier: Apache-2.0
"""Datastores and versions as clients see them."""


def datastore(found, viewer):
    """A datastore with the versions that the caller may see.

    ``default_version`` is absent unless that version is in the list: the
    command line client looks it up there.
    """
    shown = [one for one in found.versions
             if one.active or viewer.is_admin]
    body = {
        'id': found.id,
        'name': found.name,
        'links': viewer.links('datastores', found.id),
        'versions': [_version(one, viewer) for one in sorted(
            shown, key=lambda one: (one.name, one.number))],
    }
    if any(one.id == found.default_version_id for one in shown):
        body['default_version'] = found.default_version_id
    return body


def version(found, viewer):
    """A version outside of its datastore."""
    body = _version(found, viewer)
    body['datastore'] = found.datastore_id
    return body


def _version(found, viewer):
    body = {
        'id': found.id,
        'name': found.name,
        'version': found.number,
        'links': viewer.links('datastores/versions', found.id),
    }
    if viewer.is_admin:
        body.update({
            'active': found.active,
            'packages': ','.join(found.packages),
            'image': found.image_id,
            'image_tags': list(found.image_tags),
            'registry_ext': found.registry_ext,
            'repl_strategy': found.repl_strategy,
            'datastore_manager': found.manager,
        })
    return body
