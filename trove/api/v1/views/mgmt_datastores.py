# SPDX-License-Identifier: Apache-2.0
"""Datastore versions and accounts as operators see them."""


def version(found, is_default):
    """A version with all that an operator set."""
    return {
        'id': found.id,
        'name': found.name,
        'version': found.number,
        'datastore_id': found.datastore_id,
        'datastore_name': found.datastore_name,
        'datastore_manager': found.manager,
        'image': found.image_id,
        'image_tags': list(found.image_tags),
        'packages': list(found.packages),
        'active': found.active,
        'default': is_default,
        'registry_ext': found.registry_ext,
        'repl_strategy': found.repl_strategy,
    }


def account_row(project_id, instances):
    """A row of the list of projects."""
    return {'id': project_id, 'num_instances': instances}


def account(project_id, instance_ids):
    """A project with its instances."""
    return {'id': project_id, 'instance_ids': list(instance_ids)}
