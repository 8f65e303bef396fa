# SPDX-License-Identifier: Apache-2.0
"""The tempest plugin of Trove, the acceptance tests of its other servers.

    trovestack check tempest [--only REGEX] [DATASTORE=VERSION ...]

Installs tempest and its plugins from the Python package index into an
environment of their own, and runs what this release serves against the
stack: backups, replication and clusters are left out. The exit status is
tempest's.
"""

import argparse
import subprocess
import sys
import textwrap

import openstack

from stack import images
from stack import settings as settings_module

PACKAGES = ('tempest', 'trove-tempest-plugin', 'barbican-tempest-plugin',
            'pymysql', 'psycopg2-binary')
#: Class names of the plugin end so.
SUFFIX = {'mariadb': 'MariaDB', 'mysql': 'MySQL', 'postgresql': 'PostgreSQL'}
SERVED = (r'scenario\.test_instance_(basic|actions|update_access|ssl)\.'
          r'\w+(%s)\.(?!test_ssl_replication)')


def main(words=None):
    """Prepare tempest and run it; returns its exit status."""
    parser = _options()
    options = parser.parse_args(words)
    settings = settings_module.load()
    home = settings.home / 'tempest'
    offers = images.offers(word for word in options.datastores)
    for offer in offers:
        if offer.datastore not in SUFFIX and not options.only:
            parser.error(f'the plugin has no tests of {offer.datastore}; '
                         'name some with --only')
    program = _install(home)
    workspace = home / 'workspace'
    if not workspace.exists():
        subprocess.run([program, 'init', workspace], check=True)
    return max(_run(program, workspace, one, options.only)
               for one in offers)


def _run(program, workspace, offer, only):
    """The tests of one datastore version: each has an image of its own."""
    (workspace / 'etc' / 'tempest.conf').write_text(
        _configuration(offer, workspace.parent))
    return subprocess.run(
        [program, 'run', '--concurrency', '1', '--regex',
         only or SERVED % SUFFIX[offer.datastore]],
        cwd=workspace, check=False).returncode


def _options():
    parser = argparse.ArgumentParser(prog='trovestack check tempest')
    parser.add_argument('--only', metavar='REGEX', default='',
                        help='these tests, instead of all that are served')
    parser.add_argument('datastores', nargs='*', metavar='DATASTORE=VERSION')
    return parser


def _install(home):
    """The path of the program; packages are installed once."""
    program = home / 'venv' / 'bin' / 'tempest'
    if not program.exists():
        subprocess.run([sys.executable, '-m', 'venv', home / 'venv'],
                       check=True)
        subprocess.run([home / 'venv' / 'bin' / 'pip', 'install', '-q',
                        *PACKAGES], check=True)
    return program


def _image(admin, offer):
    """The id of the image that Trove makes such instances of."""
    found = admin.database.get('/mgmt/datastore-versions').json()['versions']
    return next(one['image'] for one in found
                if (one['datastore_name'], one['name'])
                == (offer.datastore, offer.version))


def _configuration(offer, home):
    admin = openstack.connect(cloud='trovestack-admin')
    account = admin.config.config['auth']
    [public] = admin.network.networks(is_router_external=True)
    image = _image(admin, offer)
    return textwrap.dedent(f"""\
        [DEFAULT]
        log_file = {home}/tempest.log
        [oslo_concurrency]
        lock_path = {home}/locks
        [auth]
        admin_username = {account['username']}
        admin_password = {account['password']}
        admin_project_name = {account['project_name']}
        admin_domain_name = {account['user_domain_name']}
        create_isolated_networks = false
        tempest_roles = member
        [identity]
        uri_v3 = {account['auth_url']}
        auth_version = v3
        region = {admin.config.region_name}
        v3_endpoint_type = public
        [network]
        public_network_id = {public.id}
        [service_available]
        cinder = true
        glance = true
        neutron = true
        nova = true
        swift = true
        trove = true
        barbican = true
        [compute]
        image_ref = {image}
        image_ref_alt = {image}
        flavor_ref = 1
        flavor_ref_alt = 2
        [database]
        enabled_datastores = {offer.datastore}
        default_datastore_versions = {offer.datastore}:{offer.version}
        flavor_id = 2
        resize_flavor_id = 3
        shared_network =
        subnet_cidr = 10.199.1.0/24
        volume_type = {next(admin.block_storage.types()).name}
        rebuild_image_id = {image}
        remove_swift_account = false
        database_build_timeout = 300
        """)


if __name__ == '__main__':
    sys.exit(main())
