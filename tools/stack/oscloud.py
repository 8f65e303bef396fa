# SPDX-License-Identifier: Apache-2.0
"""Trove's services here, on a cloud that somebody else runs.

What Trove needs there is looked up, and made where the account may:
service and endpoints, a user of its own, a management network with a
security group, images. What may not be made is told as the commands that an
administrator has to run.
"""

import json
import os
import pathlib

from stack import broker
from stack import commands
from stack import console
from stack import errors
from stack import files
from stack import firewall
from stack import images
from stack import services
from stack import settings as settings_module
from stack import site as sites
from stack import venv

# A test of a silent guest need not wait as long as operators do.
IMPATIENT = """[DEFAULT]
usage_timeout = 420
"""
INSIDE = settings_module.ROOT / 'tools' / 'stack' / 'inside'
PROFILE = 'qcow2'


def find(settings, options):
    """Survey the cloud; returns its Site, remembered from now on."""
    with console.step(f'Looking into the cloud {options.os_cloud}'):
        found = json.loads(commands.output(
            [settings.python, INSIDE / 'survey.py', json.dumps({
                'port': settings.api_port,
                'password_file': str(settings.state / 'os-user.password'),
                'broker_address': options.broker_address,
                'broker_port': settings.amqp_port,
                'network': options.management_network})],
            f'Preparing the cloud {options.os_cloud}', timeout_s=300,
            env=_as(settings, options.os_cloud), cwd='/'))
    for sentence in found['said']:
        console.say(f'  {sentence}')
    if found['missing']:
        raise errors.StackError(
            'An administrator of the cloud has to run this first, since '
            f'the account of {options.os_cloud} may not:\n    '
            + '\n    '.join(found['missing']))
    if found['stop']:
        raise errors.StackError(found['stop'])
    site = sites.Site(name=options.os_cloud, config_file=_config_file(),
                      **found['site'])
    sites.keep(settings, site)
    return site


def publish(settings, site, offers):
    """Build bootable images and give them to Glance; {offer: image id}."""
    found = {}
    for offer in offers:
        with console.step(
                f'Disk image {offer.datastore} {offer.version}'):
            commands.run(
                [settings.python, images.BUILDER, 'build', offer.datastore,
                 offer.version, '--format', 'qcow2', '--upload',
                 '--image-dir', settings.images],
                settings.logs / 'image.log', 'Building the disk image',
                env=_as_service(settings, site))
            found[offer] = commands.tail(
                settings.logs / 'image.log', lines=1).strip()
    return found


def ready(settings, site, offers):
    """Broker, configuration and datastore versions."""
    broker.start(settings)
    found = publish(settings, site, offers)
    with console.step('Datastores in Trove'):
        services.configure(
            settings, {'management_network': site.management_network})
        for offer, image_id in found.items():
            images.register(settings, image_id, offer)


def hurry(settings):
    """Give up on silent guests soon, unless somebody has said otherwise."""
    place = files.directory(settings.trove_dir) / 'local.conf'
    if not place.exists():
        files.write(place, IMPATIENT)


def reachability(settings, site):
    """The sentence on what must be let through."""
    sources = ', '.join(site.management_cidrs)
    return (
        f'Guests reach RabbitMQ at {site.broker_address}, TCP port '
        f'{settings.amqp_port}, from the management network ({sources}): '
        'routers and security groups must let that through'
        + _own_firewall(firewall.rules(site.management_cidrs,
                                       settings.amqp_port))
        + '\nAn instance that stays in BUILD and whose console log says that '
        'the connection failed lacks just that.')


def _own_firewall(rules):
    if rules is None:       # unknown
        return ', and so must the firewall of this machine.'
    if not rules:
        return '. No firewall of this machine is in the way.'
    return ('. So must the firewall of this machine, until its next start '
            'by:\n    ' + '\n    '.join(rules))


def _config_file():
    """The clouds.yaml that is asked, for later verbs and by its full name."""
    named = os.environ.get('OS_CLIENT_CONFIG_FILE')
    home = pathlib.Path.home() / '.config' / 'openstack' / 'clouds.yaml'
    for place in (named, 'clouds.yaml', home, '/etc/openstack/clouds.yaml'):
        if place and os.path.exists(place):
            return os.path.abspath(place)
    raise errors.StackError(
        'There is no clouds.yaml here, in ~/.config/openstack or '
        '/etc/openstack: name one in OS_CLIENT_CONFIG_FILE.')


def _as(settings, name):
    return venv.environment(
        settings, OS_CLIENT_CONFIG_FILE=_config_file(), OS_CLOUD=name,
        PYTHONWARNINGS='ignore')


def _as_service(settings, site):
    """The environment of a client that is Trove's own user."""
    password = files.read(settings.state / 'os-user.password')
    own = {
        'OS_AUTH_URL': site.identity_url, 'OS_USERNAME': site.username,
        'OS_PASSWORD': site.password or password,
        'OS_PROJECT_NAME': site.project,
        'OS_USER_DOMAIN_NAME': site.user_domain,
        'OS_PROJECT_DOMAIN_NAME': site.project_domain,
        'OS_REGION_NAME': site.region, 'OS_IDENTITY_API_VERSION': '3',
        'OS_CACERT': site.cafile}
    return venv.environment(
        settings, PYTHONWARNINGS='ignore',
        **{name: value for name, value in own.items() if value})
