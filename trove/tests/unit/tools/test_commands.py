# SPDX-License-Identifier: Apache-2.0
import errno

import pytest

from imagebuilder import commands
from imagebuilder import errors
from imagebuilder import fingerprint


def test_what_a_program_says_goes_to_the_log(tmp_path):
    log = tmp_path / 'log'
    commands.run(['sh', '-c', 'echo out; echo err >&2'], what='it', log=log)
    assert log.read_text().splitlines()[1:] == ['out', 'err']


def test_a_program_can_be_given_text(tmp_path):
    log = tmp_path / 'log'
    commands.run(['cat'], what='it', log=log, text='hello')
    assert 'hello' in log.read_text()


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(errors.BuildError, match='no-such is not installed'):
        commands.run(['no-such'], what='it', log=tmp_path / 'log')


def test_a_failure_is_told_in_its_own_last_words(tmp_path):
    with pytest.raises(errors.BuildError,
                       match=r'it failed: E: broken \(log: .*/log\)'):
        commands.run(['sh', '-c', 'echo "E: broken"; echo bye; exit 3'],
                     what='it', log=tmp_path / 'log')


def test_only_the_failed_program_s_own_words_count(tmp_path):
    log = tmp_path / 'log'
    commands.run(['echo', 'No space left on device'], what='it', log=log)
    with pytest.raises(errors.BuildError, match='it said nothing'):
        commands.run(['false'], what='it', log=log)


@pytest.mark.parametrize('said, meaning', [
    ('x: write failed: No space left on device', 'disk is full'),
    ('E: Unable to locate package acme-server', 'no package acme-server'),
    ('E: Version \'9\' for \'acme\' was not found', 'no acme 9'),
    ("E: The repository 'http://a.example x Release' does not have a "
     'Release file.', '"http://a.example x Release" does not exist'),
    ("Temporary failure resolving 'a.example'", 'a.example cannot be found'),
    ('Could not connect to a.example:80', 'a.example:80 cannot be reached'),
    ('NO_PUBKEY 0123ABCD', 'key 0123ABCD'),
    ('ERROR: No matching distribution found for acme>=1',
     'package index of this machine has no acme>=1'),
])
def test_known_trouble_is_explained(said, meaning):
    assert meaning in commands.explain(f'before\n{said}\nafter')


def test_unknown_trouble_is_not_explained():
    assert commands.explain('something else') is None


def test_a_full_disk_is_told_from_other_errors():
    assert commands.full_disk(OSError(errno.ENOSPC, ''))
    assert not commands.full_disk(OSError(errno.EACCES, ''))


def test_a_small_program_that_fails_or_is_missing_answers_nothing():
    assert commands.ask(['echo', 'yes']) == 'yes\n'
    assert commands.ask(['false']) is None
    assert commands.ask(['no-such']) is None


def test_proxies_and_certificates_are_carried_but_nothing_else(monkeypatch):
    monkeypatch.setenv('https_proxy', 'http://proxy.example:1')
    monkeypatch.setenv('OS_PASSWORD', 'secret')
    assert commands.network()['https_proxy'] == 'http://proxy.example:1'
    assert 'OS_PASSWORD' not in commands.network()


def test_fingerprints_follow_content_name_and_right_to_run(tmp_path):
    path = tmp_path / 'a'
    path.write_text('x')
    first = fingerprint.of_files(tmp_path, ['a'])
    path.touch()
    assert fingerprint.of_files(tmp_path, ['a']) == first
    path.chmod(0o755)
    second = fingerprint.of_files(tmp_path, ['a'])
    path.write_text('y')
    assert len({first, second,
                fingerprint.of_files(tmp_path, ['a'])}) == 3


def test_fingerprints_of_data_do_not_depend_on_the_order_of_keys():
    assert (fingerprint.of({'a': 1, 'b': 2})
            == fingerprint.of({'b': 2, 'a': 1}))
    assert fingerprint.of(['a', 'b']) != fingerprint.of(['b', 'a'])
