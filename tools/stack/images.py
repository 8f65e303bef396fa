# SPDX-License-Identifier: Apache-2.0
"""Guest images: built here, put into Glance, offered as versions."""

import json

from stack import commands
from stack import console
from stack import errors
from stack import files
from stack import fingerprint
from stack import services
from stack import settings as settings_module
from stack import venv

DATASTORE = 'mariadb'
VERSION = '10.11'
BUILDER = settings_module.ROOT / 'tools' / 'trove-image'
INSIDE = settings_module.ROOT / 'tools' / 'stack' / 'inside'
PARAMETERS = (settings_module.ROOT / 'trove' / 'datastores' / DATASTORE
              / 'parameters.json')


def build(settings):
    """Have the image's layers; takes no time when nothing has changed."""
    with console.step(f'Guest image {DATASTORE} {VERSION}'):
        commands.run(
            [settings.python, BUILDER, 'build', DATASTORE, VERSION,
             '--format', 'layer', '--image-dir', settings.images],
            settings.logs / 'image.log', 'Building the guest image',
            env=venv.environment(settings))


def publish(settings):
    """Put the image into Glance; returns ids that the cloud gave.

    The facts are the image's id and the management network's. They are
    remembered beside the cloud's own data for as long as the image is the
    same.
    """
    manifest = settings.images / f'{DATASTORE}-{VERSION}.json'
    memory = settings.cloud_dir / 'published.json'
    mark = fingerprint.of(manifest)
    facts = json.loads(files.read(memory) or '{}')
    if facts.get('made_from') == mark:
        return facts
    printed = commands.output(
        [settings.python, INSIDE / 'publish.py', f'{DATASTORE}-{VERSION}',
         manifest], 'Putting the image into the cloud', timeout_s=120,
        env=venv.environment(
            settings, OS_CLIENT_CONFIG_FILE=str(settings.clouds_yaml),
            OS_CLOUD='trovestack-admin', PYTHONWARNINGS='ignore'), cwd='/')
    try:
        facts = {**json.loads(printed), 'made_from': mark}
    except ValueError as error:
        raise errors.StackError(
            'Putting the image into the cloud gave no answer that makes '
            f'sense: {printed[:200]!r}.') from error
    files.write(memory, json.dumps(facts))
    return facts


def register(settings, image_id):
    """Offer the image as a datastore version, with its parameters.

    Nothing is done when it has been done for this image and database.
    """
    mark = settings.trove_dir / 'registered'
    facts = f'{image_id} {fingerprint.of(PARAMETERS)}'
    if files.read(mark) == facts:
        return
    manage = services.manage
    if files.read(mark) is None:
        manage(settings, 'datastore_update', DATASTORE, '')
    manage(settings, 'datastore_version_update', DATASTORE, VERSION,
           DATASTORE, image_id, '', '1')
    manage(settings, 'datastore_update', DATASTORE, VERSION)
    manage(settings, 'db_load_datastore_config_parameters', DATASTORE,
           VERSION, PARAMETERS)
    files.write(mark, facts)


def ready(settings):
    """Start the cloud's side: publish and register, with a clock."""
    with console.step('Datastore in the cloud and in Trove'):
        facts = publish(settings)
        services.configure(settings, facts)
        register(settings, facts['image'])
    return facts
