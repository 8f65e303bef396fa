# SPDX-License-Identifier: Apache-2.0
"""Guest images: built here, put into Glance, offered as versions."""

import dataclasses
import json
import re

from stack import commands
from stack import console
from stack import errors
from stack import files
from stack import fingerprint
from stack import services
from stack import settings as settings_module
from stack import venv

BUILDER = settings_module.ROOT / 'tools' / 'trove-image'
INSIDE = settings_module.ROOT / 'tools' / 'stack' / 'inside'
DATASTORES = settings_module.ROOT / 'trove' / 'datastores'
WORD = re.compile(r'[a-z0-9][a-z0-9.+-]*=[a-z0-9][a-z0-9.+-]*\Z')


@dataclasses.dataclass(frozen=True, order=True)
class Offer:
    """A datastore version that the stack offers."""

    datastore: str
    version: str

    @property
    def image(self):
        """The name of its image."""
        return f'{self.datastore}-{self.version}'

    @property
    def parameters(self):
        """What a tenant may tune."""
        return (DATASTORES / self.datastore
                / f'parameters-{self.version}.json')

    def __str__(self):
        return f'{self.datastore}={self.version}'


#: What a stack offers when nothing is asked for.
DEFAULT = Offer('mariadb', '10.11')


def known():
    """Every version that there is a recipe for."""
    return sorted(Offer(path.parent.parent.name, path.stem)
                  for path in DATASTORES.glob('*/image/*.yaml'))


def offers(words):
    """The versions of words such as mysql=9.7; StackError for others."""
    found = []
    for word in words:
        offer = Offer(*word.split('=')) if WORD.match(word) else None
        if offer not in known():
            raise errors.StackError(
                f'There is no recipe for {word}; there are: '
                + ', '.join(map(str, known())) + '.')
        found.append(offer)
    return tuple(dict.fromkeys(found)) or (DEFAULT,)


def build(settings, asked=(DEFAULT,)):
    """Have the images' layers; takes no time when nothing has changed."""
    for offer in asked:
        with console.step(
                f'Guest image {offer.datastore} {offer.version}'):
            commands.run(
                [settings.python, BUILDER, 'build', offer.datastore,
                 offer.version, '--format', 'layer', '--image-dir',
                 settings.images],
                settings.logs / 'image.log',
                f'Building the guest image {offer}',
                env=venv.environment(settings))


def publish(settings, offer=DEFAULT):
    """Put an image into Glance; returns ids that the cloud gave.

    The facts are the image's id and the management network's. They are
    remembered beside the cloud's own data for as long as the image is the
    same.
    """
    manifest = settings.images / f'{offer.image}.json'
    memory = settings.cloud_dir / f'published-{offer.image}.json'
    mark = fingerprint.of(manifest)
    facts = json.loads(files.read(memory) or '{}')
    if facts.get('made_from') == mark:
        return facts
    printed = commands.output(
        [settings.python, INSIDE / 'publish.py', offer.image, manifest],
        'Putting the image into the cloud', timeout_s=120,
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


def register(settings, image_id, offer=DEFAULT):
    """Offer an image as a datastore version, with its parameters.

    Nothing is done when it has been done for this image and database. The
    first version of a datastore is its default.
    """
    if not offer.parameters.exists():
        raise errors.StackError(
            f'What a tenant may tune in {offer} is not known: there is no '
            f'{offer.parameters}.')
    mark = settings.trove_dir / f'registered-{offer.image}'
    facts = f'{image_id} {fingerprint.of(offer.parameters)}'
    if files.read(mark) == facts:
        return
    manage = services.manage
    first = not list(settings.trove_dir.glob(
        f'registered-{offer.datastore}-*'))
    if first:
        manage(settings, 'datastore_update', offer.datastore, '')
    manage(settings, 'datastore_version_update', offer.datastore,
           offer.version, offer.datastore, image_id, '', '1')
    if first:
        manage(settings, 'datastore_update', offer.datastore, offer.version)
    manage(settings, 'db_load_datastore_config_parameters',
           offer.datastore, offer.version)
    files.write(mark, facts)


def ready(settings, asked=(DEFAULT,)):
    """Start the cloud's side: publish and register, with a clock."""
    with console.step('Datastore in the cloud and in Trove'):
        found = {offer: publish(settings, offer) for offer in asked}
        services.configure(settings, next(iter(found.values())))
        for offer, facts in found.items():
            register(settings, facts['image'], offer)
