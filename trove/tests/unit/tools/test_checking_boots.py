# SPDX-License-Identifier: Apache-2.0
import io
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest
import yaml

from imagebuilder import errors
from imagebuilder.checking import boots
from imagebuilder.checking import identity
from imagebuilder.checking import layout
from imagebuilder.checking import machine
from imagebuilder.checking import metadata
from imagebuilder.checking import run
from imagebuilder.checking import table

PARTITIONS = {'partitiontable': {'label': 'gpt', 'partitions': [
    {'node': 'x2', 'start': 34816, 'size': 4096, 'type': 'ROOT',
     'attrs': 'LegacyBIOSBootable'},
    {'node': 'x1', 'start': 2048, 'size': 32768,
     'type': layout.EFI.lower()}]}}


def parts(document):
    return layout.parse(json.dumps(document))


def test_the_partition_of_bios_is_root():
    found = parts(PARTITIONS)
    assert layout.root_of(found).start == 34816 * 512
    assert layout.row(found).outcome == table.OK


def test_a_root_that_cannot_grow_is_told():
    listed = PARTITIONS['partitiontable']['partitions']
    more = {'partitiontable': {'partitions': [
        *listed, {'start': 99999, 'size': 1, 'type': 'X'}]}}
    assert 'cannot grow' in layout.row(parts(more)).note


def test_a_disk_for_one_firmware_only_is_told():
    root, efi = PARTITIONS['partitiontable']['partitions']
    only = {'partitiontable': {'partitions': [root]}}
    assert layout.row(parts(only)).note == 'no partition for UEFI'
    only = {'partitiontable': {'partitions': [efi]}}
    assert 'marked for BIOS' in layout.row(parts(only)).note


def test_a_new_server_gets_what_the_agent_reads(tmp_path):
    server = identity.make(tmp_path)
    place = tmp_path / 'openstack/latest'
    assert json.loads((place / 'meta_data.json').read_text())[
        'uuid'] == server
    entry, = yaml.safe_load((place / 'user_data').read_text())['write_files']
    assert entry['path'] == identity.PATH
    assert identity.make(tmp_path / 'other') != server


@pytest.mark.parametrize('path, said', [
    ('/a', b'HTTP/1.0 200 OK\r\n'), ('/b', b'HTTP/1.0 404'),
    ('/../secret', b'HTTP/1.0 404'), ('/', b'HTTP/1.0 404')])
def test_the_metadata_service_answers_from_its_folder_only(
        tmp_path, path, said):
    (tmp_path / 'secret').write_text('s')
    (tmp_path / 'sent').mkdir()
    (tmp_path / 'sent/a').write_text('text')
    out = io.BytesIO()
    metadata.main(tmp_path / 'sent', io.BytesIO(
        f'GET {path} HTTP/1.1\r\nHost: x\r\n\r\n'.encode()), out)
    assert out.getvalue().startswith(said)
    assert out.getvalue().endswith(b'text') is (path == '/a')


@pytest.mark.parametrize('request_', [b'', b'POST /a HTTP/1.1\r\n\r\n',
                                      b'GET\r\n\r\n'])
def test_what_is_no_request_is_refused(tmp_path, request_):
    assert metadata.answer(tmp_path, request_).startswith(b'HTTP/1.0 400')


def test_the_two_boots_by_bios_differ_in_their_machine(tmp_path):
    words = [machine.command(machine.Boot(disk='d', drive=drive), 'tcg',
                             tmp_path) for drive in (None, 'iso')]
    assert [each[-1] for each in words] == ['q35', 'pc']
    assert not any('media=cdrom' in word for word in words[0])


def test_secure_boot_has_firmware_that_guards_its_variables(tmp_path):
    words = machine.command(
        machine.Boot(disk='d', drive='iso', firmware='secure boot'), 'tcg',
        tmp_path)
    assert words[-1] == 'q35,smm=on'
    assert any('secboot.fd' in word for word in words)


def test_firmware_that_is_not_there_is_not_available(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, 'FIRMWARE', tmp_path)
    assert machine.available('bios')
    assert not machine.available('uefi')


def console(script, deadline_s=20):
    process = subprocess.Popen(['sh', '-c', script], stdout=subprocess.PIPE)
    return process, machine.Console(process.stdout,
                                    time.monotonic() + deadline_s)


def test_a_console_is_read_until_it_says_the_words():
    process, heard = console('printf "one th"; printf "is is server"; cat',
                             20)
    with process:
        assert heard.until('this is server')


def test_a_console_that_ends_first_never_says_them():
    process, heard = console('echo other')
    with process:
        assert not heard.until('this is server')
    assert heard.text == 'other\n'
    assert not heard.late


def test_one_word_is_waited_for_less_long():
    process, heard = console('echo other; exec tail -f /dev/null')
    with process:
        assert not heard.until('this is server', within_s=0.1)
        assert not heard.late
        process.kill()


def test_a_silent_console_is_given_up():
    process, heard = console('exec cat <&3 3<&0', 0)
    with process:
        assert not heard.until('this is server')
        assert heard.late
        process.kill()


@pytest.fixture
def qemu(tmp_path, monkeypatch):
    """A stand-in for QEMU that does what a test lays out for a machine."""
    program = tmp_path / machine.PROGRAM
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')

    def lay(script):
        program.write_text(f'#!{sys.executable}\n{script}')
        program.chmod(0o755)
        return tmp_path
    return lay


SPEAKS = """
import json, os, socket, sys
place = next(word for word in sys.argv if word.startswith('unix:'))
link = socket.socket(socket.AF_UNIX)
link.bind(place[5:].split(',')[0])
link.listen()
print('this is server 1;', *['datastore_manager is not set'] * 3,
      'is now 774395 (4k) blocks long.', sep='\\n', flush=True)
with link.accept()[0].makefile() as heard:
    for line in heard:
        if json.loads(line)['execute'] == 'system_powerdown':
            print('bye')
            break
"""


def test_a_machine_that_speaks_is_asked_to_end(qemu, tmp_path):
    qemu(SPEAKS)
    outcome = machine.run(machine.Boot(disk='d', drive='iso'),
                          'this is server 1;', tmp_path, 30)
    assert outcome.spoke
    assert outcome.ended
    assert 'bye' in outcome.console


def test_a_machine_that_ends_too_early_has_not_spoken(qemu, tmp_path):
    qemu('print("Kernel panic")')
    outcome = machine.run(machine.Boot(disk='d', drive='iso'),
                          'this is server 1;', tmp_path, 30)
    assert not outcome.spoke
    row = boots._spoke('BIOS', outcome)
    assert row.outcome == table.FAIL
    assert 'Kernel panic' in row.note


def test_where_kvm_does_not_work_the_machine_is_computed(
        qemu, tmp_path, monkeypatch):
    monkeypatch.setattr(machine.os, 'access', lambda *_: True)
    qemu('import sys\nif "kvm" in sys.argv: sys.exit(1)\n' + SPEAKS)
    assert machine.run(machine.Boot(disk='d', drive='iso'),
                       'this is server 1;', tmp_path, 30).spoke


def test_a_missing_qemu_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv('PATH', '/nowhere')
    with pytest.raises(errors.BuildError, match='qemu-system-x86'):
        machine.run(machine.Boot(disk='d'), 'x', tmp_path, 1)


def test_what_moves_the_cursor_is_not_printed():
    assert boots.printable('\x1b[0m\x1b[30mWelcome\x07') == 'Welcome'


def copy(number, keys=()):
    return boots.Copy(machine_id=f'{number:032x}', host_keys=frozenset(keys),
                      written=True)


def outcomes(*copies):
    return [each.outcome for each in boots.compared(copies)]


def test_copies_must_differ():
    assert outcomes(copy(1, [b'a']), copy(2, [b'b'])) == ['pass'] * 3
    assert outcomes(copy(1), copy(1)) == ['FAIL', 'pass', 'pass']
    assert outcomes(copy(1, [b'a']), copy(2, [b'a']))[1] == 'FAIL'
    assert outcomes(copy(1)) == ['not available'] * 2


def test_a_copy_is_known_by_what_it_wrote(tmp_path):
    sent = tmp_path / identity.PATH.lstrip('/')
    sent.parent.mkdir(parents=True)
    sent.write_text('guest_id = 7f3c')
    assert not boots._copy(tmp_path, '7f3c').written
    sent.chmod(0o600)
    (tmp_path / 'etc/machine-id').write_text('a' * 32 + '\n')
    found = boots._copy(tmp_path, '7f3c')
    assert found.written
    assert found.machine_id == 'a' * 32


def test_packages_are_held_against_the_lock(tmp_path):
    image = tmp_path / 'acme-1.0.qcow2'
    assert run.locked(image, {}).outcome == table.MISSING
    (tmp_path / 'acme-1.0.lock.json').write_text(
        '{"packages": {"zstd": "1.5", "libc6": "2"}}')
    assert run.locked(image, {'zstd': '1.5', 'libc6': '2'}
                      ).outcome == table.OK
    assert run.locked(image, {'zstd': '1.6', 'more': '1'}).note == (
        'libc6 missing, more 1, zstd 1.6')


def test_what_a_killed_check_left_is_removed_and_no_other(tmp_path,
                                                          monkeypatch):
    monkeypatch.setattr(run.tempfile, 'tempdir', str(tmp_path))
    for name, mode in (('killed', 0o700), ('foreign', 0o755)):
        place = tmp_path / f'{run.PREFIX}{name}'
        place.mkdir()
        place.chmod(mode)
        (place / run.HELD).touch()
    with run._workplace() as first, run._workplace() as second:
        assert first.path.is_dir()
        assert second.path.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == [
        f'{run.PREFIX}foreign']


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(errors.BuildError, match='there is no file'):
        run._ready(pathlib.Path(tmp_path, 'none.qcow2'), True)
