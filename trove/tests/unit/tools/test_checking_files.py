# SPDX-License-Identifier: Apache-2.0
import pytest

from imagebuilder.checking import files
from imagebuilder.checking import table

NETWORK = '[Match]\nType=ether\n\n[Network]\nDHCP=yes\n'
GOOD = {
    'etc/shadow': 'root:*:1:0:99999:7:::\nmysql:!:1::::::\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n'
                  'nobody:x:65534:65534:nobody:/x:/usr/sbin/nologin\n',
    'etc/machine-id': '',
    'etc/systemd/network/80-any.network': NETWORK,
    'boot/extlinux/extlinux.conf':
        'APPEND ro console=tty0 console=ttyS0,115200\n',
    f'etc/systemd/system/{files.AGENT}':
        '[Service]\nExecStart=/opt/agent --config-dir /etc\n',
    'opt/agent': '#!/bin/sh\n',
    f'etc/systemd/system/{files.GROW}': '[Service]\nExecStart=/opt/grow\n',
    'opt/grow': '#!/bin/sh\n',
    'var/lib/dpkg/status': 'Package: zstd\nVersion: 1.5\n',
    'var/log/lastlog': '',
}
WANTED = (('multi-user.target', files.AGENT),
          ('multi-user.target', files.GROW),
          ('multi-user.target', 'systemd-networkd.service'))


def put(root, path, text=''):
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.write_text(text)
    return place


@pytest.fixture
def root(tmp_path):
    """The files of an image that has all that is asked for."""
    for path, text in GOOD.items():
        put(tmp_path, path, text)
    for program in ('opt/agent', 'opt/grow'):
        (tmp_path / program).chmod(0o755)
    for wants, unit in WANTED:
        # Absolute, so that it leads nowhere when seen from outside.
        link = tmp_path / f'etc/systemd/system/{wants}.wants' / unit
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(f'/usr/lib/systemd/system/{unit}')
    (tmp_path / 'etc/resolv.conf').symlink_to('/run/stub-resolv.conf')
    return tmp_path


def failed(root, builder=()):
    return {each.check: each.note for each in files.all_of(root, builder)
            if each.outcome != table.OK}


def test_a_good_image_has_no_faults(root):
    assert failed(root) == {}
    assert files.installed(root).note == '1 packages'


@pytest.mark.parametrize('path, text, check, said', [
    ('etc/shadow', 'root:$y$j9T$x:1::::::\n', 'no passwords',
     'root in shadow'),
    ('etc/shadow', 'root::1::::::\n', 'no passwords', 'root in shadow'),
    ('etc/passwd', 'eve:x:1000:1000::/home/eve:/bin/sh\n', 'no passwords',
     'eve is a person'),
    ('etc/ssh/authorized_keys', 'ssh-rsa x', 'no authorized keys',
     'etc/ssh/authorized_keys'),
    ('etc/ssh/ssh_host_rsa_key', '-----BEGIN OPENSSH PRIVATE KEY-----\n',
     'no host keys nor other private keys', 'etc/ssh/ssh_host_rsa_key'),
    ('etc/ssl/private/snakeoil.key', '-----BEGIN PRIVATE KEY-----\n',
     'no host keys nor other private keys', 'etc/ssl/private/snakeoil.key'),
    ('etc/machine-id', '0123\n', 'machine id is empty', 'is not empty'),
    ('var/lib/dbus/machine-id', '0123\n', 'machine id is empty', 'dbus'),
    ('opt/grow', '#!/bin/sh\n', 'root grows with the disk', 'not there'),
    ('etc/systemd/network/80-any.network',
     '[Match]\nName=ens3\n[Network]\nDHCP=yes\n', 'DHCP on any network card',
     'no .network file'),
    ('boot/extlinux/extlinux.conf', 'APPEND console=ttyS0 console=tty0\n',
     'console on the serial line', 'is not ttyS0'),
    ('opt/agent', '#!/bin/sh\n', 'guest agent is started', 'not there'),
    ('var/lib/dpkg/status', '', 'packages and versions are listed', 'none'),
    ('var/lib/apt/lists/deb_main', 'Package: x',
     'no lists, caches, logs or sources left', 'deb_main'),
    ('etc/apt/apt.conf.d/9proxy', 'Acquire::http::Proxy "http://cache/";',
     'no lists, caches, logs or sources left', 'names a proxy'),
    ('etc/apt/sources.list.d/own.sources', 'URIs: http://mirror',
     'no lists, caches, logs or sources left', 'own.sources'),
    ('etc/resolv.conf', 'nameserver 10.0.0.1',
     'no lists, caches, logs or sources left', 'etc/resolv.conf'),
    ('etc/motd', 'made on build-host-7',
     'no path or name of the building machine', 'etc/motd'),
    ('opt/x/direct_url.json', 'file:///images/.building/x.1/tree',
     'no path or name of the building machine', 'direct_url.json')])
def test_each_fault_is_found_and_named(root, path, text, check, said):
    place = put(root, path, text)
    place.chmod(0o644)
    found = failed(root, ['build-host-7'])
    assert list(found) == [check]
    assert said in found[check]


def test_a_masked_unit_is_not_enabled(root):
    mask = root / 'etc/systemd/system' / files.GROW
    mask.unlink()
    mask.symlink_to('/dev/null')
    assert 'not enabled' in failed(root)['root grows with the disk']


def test_no_link_leads_out_of_the_image(root, tmp_path_factory):
    other = tmp_path_factory.mktemp('host')
    (other / 'id').write_text('-----BEGIN PRIVATE KEY-----')
    (root / 'etc/link').symlink_to(other)
    (root / 'etc/file').symlink_to(other / 'id')
    assert failed(root) == {}


def test_the_table_ends_with_the_count():
    rows = [table.row('a', []), table.row('longer', ['x', 'y']),
            table.Row('b', table.MISSING, 'no ovmf')]
    assert list(table.lines(rows)) == [
        'check  | pass/fail', 'a      | pass', 'longer | FAIL: x, y',
        'b      | not available: no ovmf', '1 not available',
        '1 passed, 1 failed']


def test_many_faults_are_told_in_short():
    assert table.row('a', list('abcdef')).note == 'a, b, c, d and 2 more'
