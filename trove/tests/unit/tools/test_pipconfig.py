# SPDX-License-Identifier: Apache-2.0
import configparser

import pytest

from imagebuilder import errors
from imagebuilder import pipconfig


def configuration(tmp_path, *texts, **environ):
    places = []
    for number, text in enumerate(texts):
        places.append(tmp_path / f'{number}.conf')
        places[-1].write_text(text)
    return pipconfig.read(environ, places)


def test_later_files_and_then_the_environment_win(tmp_path):
    found = configuration(
        tmp_path, '[global]\nindex-url = one\ntimeout = 5\n',
        '[install]\nindex_url = two\n',
        PIP_TIMEOUT='9', PIP_EXTRA_INDEX_URL='three')
    assert found.options == {'index-url': 'two', 'timeout': '9',
                             'extra-index-url': 'three'}


def test_what_is_not_about_getting_packages_stays_at_home(tmp_path):
    found = configuration(tmp_path, '[global]\ntarget = /x\nuser = true\n',
                          PIP_REQUIRE_VIRTUALENV='1', PATH='/bin')
    assert found.options == {}


def test_a_missing_file_is_no_configuration(tmp_path):
    assert pipconfig.read({}, [tmp_path / 'none.conf']).options == {}


def test_a_broken_file_is_named(tmp_path):
    with pytest.raises(errors.BuildError, match='0.conf cannot be read'):
        configuration(tmp_path, 'no section\n')


def test_the_text_says_the_same_again(tmp_path):
    found = configuration(
        tmp_path, '[global]\nfind-links = /a\n    /b\ncert = /c%20d\n')
    parser = configparser.RawConfigParser()
    parser.read_string(found.text())
    assert parser['global']['find-links'].split() == ['/a', '/b']
    assert parser['global']['cert'] == '/c%20d'


def test_local_paths_are_named_and_of_an_index_its_parent(tmp_path):
    index = tmp_path / 'a mirror/simple'
    wheels = tmp_path / 'wheels'
    for path in (index, wheels):
        path.mkdir(parents=True)
    certificate = tmp_path / 'ca.pem'
    certificate.touch()
    found = pipconfig.PipConfig({
        'extra-index-url': f'https://far.example/simple {index.as_uri()}',
        'find-links': f'{wheels} /not/there', 'cert': str(certificate)})
    assert sorted(found.paths()) == [index.parent, certificate, wheels]


def test_pip_told_to_read_no_file_reads_none():
    assert pipconfig.read({'PIP_CONFIG_FILE': '/dev/null'}).options == {}


def test_the_files_of_the_person_are_read(tmp_path):
    (tmp_path / '.config/pip').mkdir(parents=True)
    (tmp_path / '.config/pip/pip.conf').write_text(
        '[global]\nretries = 77\n')
    assert pipconfig.read(
        {'HOME': str(tmp_path)}).options['retries'] == '77'
