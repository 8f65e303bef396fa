# SPDX-License-Identifier: Apache-2.0
"""Trove's own processes: their configuration, schema and start."""

import concurrent.futures
import urllib.request

from stack import broker
from stack import commands
from stack import console
from stack import daemons
from stack import files
from stack import fingerprint
from stack import settings as settings_module
from stack import site as sites
from stack import venv

READY_S = 60
NAMES = ('trove-conductor', 'trove-taskmanager', 'trove-api')


def configure(settings, facts):
    """Write trove.conf and, once, the keyring; bring the schema to head.

    A person's own options go into local.conf beside it, which wins and is
    never written here.

    ``facts`` are those of the cloud that its ids go into: the management
    network.
    """
    home = files.directory(settings.trove_dir)
    files.write(home / 'broker.password', broker.password(settings))
    files.write(settings.trove_conf, _configuration(settings, facts))
    if not (home / 'keyring.json').exists():
        manage(settings, 'keyring_new', home / 'keyring.json')
    synced = home / 'schema.made-from'
    mark = fingerprint.of(settings_module.ROOT / 'trove' / 'db')
    if files.read(synced) != mark:
        manage(settings, 'db_sync')
        files.write(synced, mark)


def manage(settings, *words):
    """Run trove-manage; returns what it prints."""
    return commands.output(
        [settings.venv / 'bin' / 'trove-manage', *_files(settings), *words],
        f'trove-manage {words[0]}', timeout_s=120,
        env=venv.environment(settings), cwd='/')


def start(settings):
    """Start all three and wait until the API says it is well."""
    processes = [daemon(settings, name) for name in NAMES]
    if (all(process.fresh() for process in processes)
            and _healthy(settings)):
        return
    with console.step('trove-conductor, trove-taskmanager, trove-api'):
        _each([process.start for process in processes])
        processes[-1].wait_ready(lambda: _healthy(settings), READY_S)
        for process in processes:
            process.wait_ready(lambda: True, READY_S)


def stop(settings):
    """Stop them, side by side. True if any ran."""
    return _each([daemon(settings, name).stop for name in NAMES])


def _each(works):
    """Do all of them at the same time; whether any gave something."""
    with concurrent.futures.ThreadPoolExecutor(len(works)) as pool:
        return any([future.result() for future in
                    [pool.submit(work) for work in works]])


def daemon(settings, name):
    """One of the processes."""
    return daemons.Daemon(
        name=name, settings=settings, cwd='/', stop_s=30,
        argv=(str(settings.venv / 'bin' / name), *_files(settings)),
        env=venv.environment(settings),
        made_from=fingerprint.of(settings_module.ROOT / 'trove',
                                 settings.trove_conf, _local(settings)))


def api(settings):
    """The API's process."""
    return daemon(settings, 'trove-api')


def _local(settings):
    return settings.trove_dir / 'local.conf'


def _files(settings):
    files_ = (settings.trove_conf, _local(settings))
    return [word for path in files_ if path.exists()
            for word in ('--config-file', str(path))]


def _healthy(settings):
    url = f'{sites.of(settings).api_url}/healthcheck'
    try:
        with urllib.request.urlopen(    # noqa: S310  always http
                url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _object_store(settings):
    # Guests of the one-machine cloud reach it by another address than
    # clients; those of another by the one that its catalogue has.
    if sites.foreign(settings):
        return ''
    return (f'guest_swift_url = http://{settings.broker_address}:'
            f'{settings.cloud_port}/object-store/v1\n')


def _configuration(settings, facts):
    home = settings.trove_dir
    site = sites.of(settings)
    groups = ','.join(site.management_groups)
    authority = f'cafile = {site.cafile}\n' if site.cafile else ''
    account = f"""auth_url = {site.identity_url}
region_name = {site.region}
username = {site.username}
password = {site.password}
project_name = {site.project}
user_domain_name = {site.user_domain}
project_domain_name = {site.project_domain}
{authority}"""
    return f"""[DEFAULT]
bind_host = {site.api_host}
bind_port = {site.api_port}
transport_url = rabbit://trove:{broker.password(settings)}@127.0.0.1:{
    settings.amqp_port}//
default_datastore = mariadb
management_networks = {facts['management_network']}
management_security_groups = {groups}
report_interval = 10
agent_heartbeat_expiry = 40
# Nobody shares this API: what polls it is on this machine.
http_get_rate = 0
http_post_rate = 0
http_put_rate = 0
http_delete_rate = 0
http_mgmt_post_rate = 0
{_object_store(settings)}
[database]
connection = sqlite:///{home}/trove.sqlite

[secrets]
keys_file = {home}/keyring.json

[guest_link]
broker_hosts = {site.broker_address}:{settings.amqp_port}
management_url = http://127.0.0.1:{settings.management_port}
management_user = trove
management_password_file = {home}/broker.password

[service_credentials]
{account}
[service_user]
send_service_user_token = true

[keystone_authtoken]
auth_type = password
www_authenticate_uri = {site.identity_url}
{account}service_token_roles = service
service_token_roles_required = true
"""
