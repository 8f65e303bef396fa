# SPDX-License-Identifier: Apache-2.0
"""The configuration file, and the sentences about a wrong one."""
import pytest

from localcloud import __main__ as main
from localcloud import settings as configuration


def _file(tmp_path, text):
    path = tmp_path / 'cloud.conf'
    path.write_text(text)
    return str(path)


def test_a_file_is_read_with_its_types(tmp_path):
    found = configuration.load(_file(tmp_path, (
        '[localcloud]\nstate_dir = /s\nimage_dir = /i\nport = 99\n'
        'also_listen = 10.0.0.1, 10.0.0.2\nmetadata = no\n'
        'database_url = http://x/$(project_id)s\n')))
    assert (found.port, found.metadata) == (99, False)
    assert found.also_listen == ('10.0.0.1', '10.0.0.2')
    assert found.database_url == 'http://x/$(project_id)s'
    assert found.prefix == 'tc'


@pytest.mark.parametrize('text, sentence', [
    ('', 'has no [localcloud] section'),
    ('[localcloud]\nstate_dir = /s\n', 'image_dir is required'),
    ('[localcloud]\nstate_dir=/s\nimage_dir=/i\ncolour=red\n',
     'Unknown options: colour'),
    ('[localcloud]\nstate_dir=/s\nimage_dir=/i\nport=many\n',
     'Option port'),
    ('[localcloud]\nstate_dir=/s\nimage_dir=/i\nmgmt_cidr=10.0.0.1/8\n',
     'Option mgmt_cidr'),
    ('state_dir=/s\n', 'Cannot read')])
def test_a_wrong_file_is_one_sentence(tmp_path, capsys, text, sentence):
    status = main.main(['check', '--config', _file(tmp_path, text)])
    assert status == 1
    said = capsys.readouterr().err
    assert sentence in said and 'Traceback' not in said


def test_a_missing_file_is_one_sentence(tmp_path, capsys):
    assert main.main(['serve', '--config', str(tmp_path / 'none')]) == 1
    assert 'Cannot read' in capsys.readouterr().err
