# SPDX-License-Identifier: Apache-2.0
"""Options of older releases are named, none of ours, no values."""

import logging

import pytest
from oslo_config import cfg

import trove.conf
from trove.conf import opts
from trove.conf import retired
from trove.conf import retired_table


@pytest.fixture
def read(tmp_path):
    """A function that gives the options of a file and a folder."""
    def build(text, more=''):
        (tmp_path / 'trove.conf').write_text(text)
        folder = tmp_path / 'conf.d'
        folder.mkdir()
        (folder / 'more.conf').write_text(more)
        conf = cfg.ConfigOpts()
        trove.conf.register_opts(conf)
        conf([], project='trove',
             default_config_files=[str(tmp_path / 'trove.conf')],
             default_config_dirs=[str(folder)])
        return conf
    return build


def test_what_is_set_in_vain_is_found(read):
    conf = read(
        '[DEFAULT]\nbind_port = 1\nvolume_rootdisk_size = 10\n'
        'dns_ttl = 3\n[mysql]\ndevice_path = /dev/vdc\n'
        'docker_image = mysql\n[couchdb]\ntcp_ports = 1\n',
        '[upgrade_levels]\nguestagent = victoria\n'
        '[network]\nnetwork_isolation = True\n')
    assert {one.name for one in retired.find(conf)} == {
        '[DEFAULT] volume_rootdisk_size', '[DEFAULT] dns_ttl',
        '[mysql] docker_image', '[couchdb] tcp_ports',
        '[upgrade_levels] guestagent', '[network] network_isolation'}


def test_nothing_is_found_without_files():
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    assert retired.find(conf) == []


def test_those_of_security_are_errors_and_no_value_is_told(read, caplog):
    conf = read('[DEFAULT]\nnova_api_insecure = True\n'
                'taskmanager_rpc_encr_key = s3cr$et\nnum_tries = 4\n')
    retired.tell(conf)
    said = {record.getMessage().split(' has no')[0]: record.levelno
            for record in caplog.records}
    assert said == {'[DEFAULT] nova_api_insecure': logging.ERROR,
                    '[DEFAULT] taskmanager_rpc_encr_key': logging.WARNING,
                    '[DEFAULT] num_tries': logging.WARNING}
    assert 'service_credentials' in caplog.text
    assert 's3cr' not in caplog.text


def test_a_file_that_has_changed_to_nonsense_is_no_matter(
        read, tmp_path, caplog):
    conf = read('[DEFAULT]\nnum_tries = 4\n')
    (tmp_path / 'trove.conf').write_text('password\n')
    assert retired.find(conf) == []
    assert 'password' not in caplog.text


def test_no_option_of_ours_is_called_retired():
    ours = [(group, option.name) for group, options in opts.list_opts()
            for option in options]
    assert [(group, name) for row in retired_table.ROWS
            for group, name in ours
            if retired.concerns(row, group, name)] == []


def test_each_says_what_to_do_in_a_sentence():
    assert all(row.sentence.endswith('.') for row in retired_table.ROWS)
    assert {row.fate for row in retired_table.ROWS} == {
        retired_table.REPLACED, retired_table.NEEDLESS,
        retired_table.MISSING}
