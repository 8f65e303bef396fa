# SPDX-License-Identifier: Apache-2.0
"""The main job, as a newcomer sees it: a database, made and used.

Each command is printed before it is run. The create alone is made through
python-troveclient's API instead, because the command line would show the
new user's password to everybody who lists processes.
"""

import subprocess
import sys
import time

from keystoneauth1 import exceptions as keystone_errors
from openstack import exceptions as openstack_errors
from troveclient.apiclient import exceptions

from stack import console
from stack import errors
from stack import files
from stack import settings as settings_module
from stack.inside import tenant as tenant_module

NAME = 'mydb'
USER = 'app'
DATABASE = 'shop'
SQL = """CREATE TABLE IF NOT EXISTS greetings (
    id INT AUTO_INCREMENT PRIMARY KEY, said VARCHAR(80));
INSERT INTO greetings (said) VALUES ('Hello from MariaDB on Trove');
SELECT id, said FROM greetings;
"""


def main():
    """Create (or find) the instance, use it, and say how to go on."""
    settings = settings_module.load()
    tenant = tenant_module.Tenant()
    password = files.password(settings.state / 'demo.password')
    _command('openstack datastore version list mariadb')
    instance = _ready_instance(tenant, password)
    host = tenant_module.address(instance)
    _use(settings, host, password)
    _command(f'openstack database instance show {instance.id}')
    _goodbye(settings, host)


def _ready_instance(tenant, password):
    instance = tenant.find(NAME)
    if instance and instance.status in ('ERROR', 'FAILED'):
        console.say(f'\nThe {NAME} of an earlier run has failed; it is '
                    'deleted and made anew.')
        tenant.trove.instances.delete(instance.id)
        tenant.wait_gone(instance.id)
        instance = None
    started = time.monotonic()
    if instance:
        console.say(f'\nThe {NAME} of an earlier run is there: '
                    f'{instance.id}')
    else:
        _show('openstack database instance create mydb --flavor db.small '
              f'--size 1 --nic net-id={tenant.network()} '
              f'--datastore mariadb --datastore-version 10.11 '
              f'--databases {DATABASE} --users {USER}:***')
        instance = tenant.create(NAME, USER, password, DATABASE)
        console.line(time.monotonic() - started,
                     f'accepted: instance {instance.id}')
    instance = tenant.wait(
        instance.id, tell=lambda state: console.line(
            time.monotonic() - started, state))
    if instance.status in ('ERROR', 'FAILED'):
        fault = getattr(instance, 'fault', None) or {}
        raise errors.StackError(
            f'The instance failed: {fault.get("message", "no reason given")}'
            '. `trovestack logs trove-taskmanager` says more.')
    return instance


def _use(settings, host, password):
    """Write and read a row with the engine's own command line client."""
    options = settings.state / 'demo.cnf'
    files.write(options, f'[client]\nhost = {host}\nuser = {USER}\n'
                f'password = "{password}"\ndatabase = {DATABASE}\n',
                owner=files.person())
    started = time.monotonic()
    _show(f'mariadb --defaults-extra-file={options} --table <<SQL\n'
          f'{SQL}SQL')
    done = subprocess.run(
        ['mariadb', f'--defaults-extra-file={options}', '--table'],
        input=SQL, text=True, check=False)
    if done.returncode != 0:
        raise errors.StackError(
            f'The database at {host} did not take the client\'s words.')
    console.line(time.monotonic() - started,
                 f'{USER} wrote and read a row in {DATABASE} at {host}')


def _goodbye(settings, host):
    again = 'sudo ./tools/trovestack'
    console.say(f"""
Your database
    endpoint    {host}:3306, database {DATABASE}, user {USER}
    connect     mariadb --defaults-extra-file={settings.state}/demo.cnf

Go on by hand
    eval "$({again} env)"
    openstack database instance list
    openstack database instance delete {NAME}
    openstack server list

Look        {again} status | logs [SERVICE]
Stop        {again} down       (keeps the data; `up` goes on)
Remove      {again} clean      (everything)""")


def _command(line):
    _show(line)
    done = subprocess.run(line.split(), check=False)
    if done.returncode != 0:
        raise errors.StackError(f'`{line}` failed.')


def _show(line):
    console.say(f'\n$ {line}')


if __name__ == '__main__':
    try:
        main()
    except (errors.StackError, tenant_module.Timeout) as error:
        sys.exit(f'trovestack: {error}')
    except (exceptions.ClientException, openstack_errors.SDKException,
            keystone_errors.ClientException) as error:
        sys.exit(f'trovestack: the cloud refused: {error}')
    except KeyboardInterrupt:
        sys.exit(130)
