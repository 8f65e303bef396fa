# SPDX-License-Identifier: Apache-2.0
"""The DevStack plugin, run by its harness with the programs it calls faked.

`devstack/harness.sh` runs the same phases against a real cloud.
"""

import configparser
import os
import pathlib
import subprocess
import sys

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[4]
HARNESS = PROJECT / 'devstack' / 'harness.sh'
SCRIPTS = ('plugin.sh', 'settings', 'harness.sh')

# Answers as a cloud that has what was made before.
OPENSTACK = """#!/bin/sh
echo "openstack $*" >> {home}/asked
key=$(echo "$1 $2 $3 $4" | tr -c 'a-z0-9\\n' - | cut -c1-60)
case "$*" in
*"port show"*mac_address*) echo fa:16:3e:00:00:01 ;;
*"port show"*) echo '{{"fixed_ips": [{{"ip_address": "192.168.254.10"}}]}}' ;;
"security group list"*) test -e {home}/group && echo "group-id trove-mgmt" ;;
"security group create"*) touch {home}/group; echo group-id ;;
"project show"*) echo project-id ;;
"endpoint list"*) test -e {home}/endpoint-database && echo endpoint-id ;;
*" list "*--name*) for word; do :; done
    test -e "{home}/$1-$4" && echo "$1-id" ;;
*" show "*) test -e "{home}/$1-$3" && echo "$1-id" ;;
*" create "*) touch "{home}/$1-$3"; echo "$1-id" ;;
esac
"""
QUIET = """#!/bin/sh
echo "{name} $*" >> {home}/asked
"""


@pytest.fixture
def machine(tmp_path):
    """A host with the programs that the plugin calls."""
    home = tmp_path / 'bin'
    home.mkdir()
    texts = {'openstack': OPENSTACK}
    for name in ('rabbitmqctl', 'rabbitmq-plugins', 'ovs-vsctl', 'ip'):
        texts[name] = QUIET
    texts['trove-manage'] = (
        '#!/bin/sh\necho "trove-manage $*" >> {home}/asked\n'
        'case "$*" in *keyring_new*) for word; do :; done; '
        'echo key > "$word";; esac\n')
    for name, text in texts.items():
        (home / name).write_text(text.format(home=tmp_path, name=name))
        (home / name).chmod(0o755)
    return tmp_path


def play(machine, *phases, **more):
    (machine / 'asked').write_text('')
    subprocess.run(
        ['bash', HARNESS, *phases], check=True, cwd='/', timeout=120,
        env={'PATH': os.pathsep.join((os.path.dirname(sys.executable),
                                      os.defpath)),
             'HARNESS_DIR': str(machine / 'home'), 'HOME': str(machine),
             'HARNESS_BIN': str(machine / 'bin'), 'STACK_USER': 'root',
             'TROVE_ENABLE_IMAGE_BUILD': 'False', **more})
    return (machine / 'asked').read_text().splitlines()


def options(machine):
    kept = configparser.ConfigParser(interpolation=None,
                                     default_section='none')
    kept.read(machine / 'home' / 'etc' / 'trove.conf')
    return kept


def test_the_scripts_are_as_the_linters_want_them():
    paths = [PROJECT / 'devstack' / name for name in SCRIPTS]
    # 2154, 2034: DevStack sets what is read, and reads what is set.
    subprocess.run(['shellcheck', '-x', '-s', 'bash', '-e', 'SC2154,SC2034',
                    *paths], check=True, cwd=PROJECT)
    subprocess.run([sys.executable, '-m', 'bashate.bashate', '-i', 'E006',
                    *paths], check=True)


def test_it_writes_a_configuration_that_services_start_with(machine):
    play(machine, 'post-config', 'extra')
    found = options(machine)
    assert found['guest_link']['broker_hosts'] == '192.168.254.10:5672'
    assert found['guest_link']['broker_virtual_host'] == 'trove'
    assert found['DEFAULT']['management_networks'] == 'network-id'
    assert found['DEFAULT']['management_security_groups'] == 'group-id'
    assert found['service_credentials']['username'] == 'trove'
    password = (machine / 'home/etc/broker.password').read_text().strip()
    assert found['DEFAULT']['transport_url'] == (
        f'rabbit://trove:{password}@127.0.0.1:5672/trove')


def test_no_secret_is_on_a_command_line(machine):
    asked = '\n'.join(play(machine, 'post-config', 'extra',
                           SERVICE_PASSWORD='the-service-password'))
    password = (machine / 'home/etc/broker.password').read_text().strip()
    assert password not in asked
    assert 'the-service-password' not in asked


def test_what_holds_secrets_is_for_its_owner_only(machine):
    play(machine, 'post-config')
    for name in ('trove.conf', 'broker.password'):
        path = machine / 'home' / 'etc' / name
        assert path.stat().st_mode & 0o077 == 0, name


def test_a_second_run_makes_nothing_again(machine):
    play(machine, 'post-config', 'extra')
    password = (machine / 'home/etc/broker.password').read_text()
    again = play(machine, 'post-config', 'extra')
    assert [line for line in again if ' create ' in line] == []
    assert (machine / 'home/etc/broker.password').read_text() == password


def test_the_services_are_started_and_stopped(machine):
    play(machine, 'post-config', 'extra')
    play(machine, 'unstack')
    calls = (machine / 'home' / 'calls').read_text().splitlines()
    for name in ('tr-api', 'tr-tmgr', 'tr-cond'):
        assert any(line.startswith(f'run_process {name} ')
                   for line in calls)
        assert f'stop_process {name}' in calls


def test_cleaning_takes_the_broker_s_user_and_the_files(machine):
    play(machine, 'post-config')
    asked = play(machine, 'clean')
    assert any('delete_user trove' in line for line in asked)
    assert not (machine / 'home' / 'etc').exists()


def test_the_harness_deletes_in_the_cloud_what_it_made(machine):
    asked = play(machine, 'post-config', 'extra')
    made = [line.partition(' create')[0] for line in asked
            if ' create ' in line]
    assert 'openstack security group' in made and len(made) > 7
    gone = play(machine, 'unstack', 'clean', 'forget')
    assert [line.partition(' delete')[0] for line in gone
            if ' delete ' in line] == made[::-1]
    assert 'openstack security group delete group-id' in gone
    assert play(machine, 'forget') == []


def test_the_harness_forgets_nothing_that_was_there_before(machine):
    play(machine, 'post-config', 'extra')
    (machine / 'home' / 'made').unlink()
    play(machine, 'post-config', 'extra')
    assert play(machine, 'forget') == []


def test_where_no_service_is_wanted_nothing_happens(machine):
    assert play(machine, 'post-config', 'extra',
                ENABLED_SERVICES='key,mysql') == []
