# SPDX-License-Identifier: Apache-2.0
"""What the sample configuration is made from."""

from trove import conf
from trove.conf import opts
from trove.datastores.mariadb import conf as mariadb


def test_every_option_of_the_control_plane_is_listed():
    listed = dict(opts.list_opts())
    for group, options in conf.groups():
        names = {option.name for option in listed[group or 'DEFAULT']}
        assert {option.name for option in options} <= names


def test_the_options_of_datastores_are_listed():
    assert list(mariadb.OPTS) == list(dict(opts.list_opts())['mariadb'])


def test_no_option_is_listed_twice():
    for group, options in opts.list_opts():
        names = [option.name for option in options]
        assert len(names) == len(set(names)), group


def test_every_option_has_a_help_text():
    assert [(group, option.name) for group, options in opts.list_opts()
            for option in options if not option.help] == []
