# SPDX-License-Identifier: Apache-2.0
"""Modules on a server: results on disk, and the types of ours."""

import base64
import configparser
import hashlib
import importlib
import os
import pathlib
import stat

import pytest

from trove.common import exception
from trove.guestagent import modules
from trove.guestagent import moduletypes
from trove.guestagent.moduletypes import base
from trove.guestagent.moduletypes import new_relic
from trove.guestagent.moduletypes import ping

KEY = 'a1' * 20


class Counting(ping.Ping):
    """Counts what it is asked for."""

    def __init__(self):
        self.applied = []
        self.removed = 0

    def apply(self, contents):
        self.applied.append(contents)
        return super().apply(contents)

    def remove(self):
        self.removed += 1


@pytest.fixture
def kind():
    return Counting()


@pytest.fixture
def kept(tmp_path, kind):
    return modules.Modules(str(tmp_path), lambda name: kind)


def module(module_id='m-1', contents='message = hi', md5='1', **more):
    return {'id': module_id, 'type': 'ping', 'name': 'greeting', 'md5': md5,
            'contents': base64.b64encode(contents.encode()).decode(), **more}


def test_a_module_is_applied_once_and_its_result_is_kept(kept, kind):
    first = kept.apply([module()])
    assert (first[0]['status'], first[0]['message']) == ('OK', 'hi')
    assert kept.apply([module()]) == first
    assert kind.applied == [b'message = hi']
    assert kept.list() == first
    assert 'contents' not in first[0]


def test_another_form_is_applied_and_keeps_when_it_began(kept, kind):
    [first] = kept.apply([module()])
    [second] = kept.apply([module(contents='message = ho', md5='2')])
    assert (second['message'], second['created']) == ('ho', first['created'])
    assert len(kept.list()) == 1


def test_the_same_form_is_applied_again_when_asked(kept, kind):
    kept.apply([module()])
    kept.apply([module(again=True)])
    assert len(kind.applied) == 2


def test_a_failure_is_a_result_and_stops_nothing(kept):
    found = kept.apply([module('m-1', 'nonsense'), module('m-2'),
                        {**module('m-3'), 'contents': '*'}])
    assert [one['status'] for one in found] == ['ERROR', 'OK', 'ERROR']


def test_one_that_failed_is_tried_again(kept, kind):
    kept.apply([module(contents='nonsense')])
    kept.apply([module(contents='nonsense')])
    assert len(kind.applied) == 2


def test_a_removed_one_leaves_nothing(kept, kind, tmp_path):
    kept.apply([module()])
    kept.remove('m-1')
    assert kind.removed == 1
    assert kept.list() == []
    with pytest.raises(modules.ModuleNotApplied):
        kept.remove('m-1')


def test_contents_are_the_agents_alone(kept, tmp_path):
    kept.apply([module()])
    path = tmp_path / 'modules' / 'ping' / 'm-1' / 'contents.dat'
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def in_pieces(kept, contents, size, **more):
    text = base64.encodebytes(contents).decode()
    pieces = [text[at:at + size] for at in range(0, len(text), size)]
    for number, piece in enumerate(pieces):
        kept.take('m-1', number, piece)
    return {'id': 'm-1', 'type': 'ping', 'name': 'greeting',
            'pieces': len(pieces), 'md5': hashlib.md5(
                text.encode(), usedforsecurity=False).hexdigest(), **more}


def test_contents_come_in_pieces(kept, kind, tmp_path):
    contents = b'message = hi\n' + b'# filled\n' * 1000
    order = in_pieces(kept, contents, 1001)
    assert kept.apply([order])[0]['status'] == 'OK'
    assert kind.applied == [contents]
    assert os.listdir(tmp_path / 'modules.coming') == []
    assert kept.apply([order])[0]['status'] == 'OK'
    assert len(kind.applied) == 1


def test_pieces_of_a_form_that_is_there_are_not_kept(kept, kind, tmp_path):
    for _ in range(2):
        kept.apply([in_pieces(kept, b'message = hi', 3)])
    assert len(kind.applied) == 1
    assert os.listdir(tmp_path / 'modules.coming') == []


def test_a_piece_that_is_lost_is_told_and_can_be_sent_again(kept, tmp_path):
    order = in_pieces(kept, b'message = hi', 3)
    os.unlink(tmp_path / 'modules.coming' / 'm-1' / '2')
    [told] = kept.apply([order])
    assert (told['status'], 'whole' in told['message']) == ('ERROR', True)
    assert kept.apply([in_pieces(kept, b'message = hi', 3)])[0][
        'status'] == 'OK'


def test_pieces_are_of_one_form(kept):
    in_pieces(kept, b'message = a much longer one', 3)
    order = in_pieces(kept, b'message = hi', 3)
    assert kept.apply([order])[0]['message'] == 'hi'


@pytest.mark.parametrize(('name', 'number'), [
    ('../x', 0), ('m-1', -1), ('m-1', 5000)])
def test_a_piece_has_its_place(kept, name, number):
    with pytest.raises(exception.BadRequest):
        kept.take(name, number, 'x')


@pytest.mark.parametrize('bad', ['../../etc', '.', 'a/b', ''])
def test_no_name_leads_out_of_the_folder(kept, bad):
    with pytest.raises(exception.BadRequest):
        kept.apply([module(bad)])


@pytest.mark.parametrize('contents', [
    b'license_key = short', b'\xff', b'x' * 70000, b'nothing',
    b'license_key = ' + KEY.encode() + b'; rm'])
def test_a_licence_is_a_licence(tmp_path, contents):
    with pytest.raises(base.BadContents) as caught:
        new_relic.NewRelicLicense(str(tmp_path)).apply(contents)
    assert KEY not in str(caught.value)


def test_a_licence_is_put_where_the_agent_reads_it(tmp_path):
    ran = []
    kind = new_relic.NewRelicLicense(str(tmp_path), ran.append)
    with pytest.raises(new_relic.AgentMissing):
        kind.apply(b'license_key = ' + KEY.encode())
    for folder in ('usr/bin', 'etc'):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / 'usr/bin/newrelic-infra').touch()
    kind.apply(b'license_key = ' + KEY.encode())
    config = tmp_path / 'etc/newrelic-infra.yml'
    assert config.read_text() == 'license_key: %s\n' % KEY
    assert stat.S_IMODE(os.stat(config).st_mode) == 0o600
    kind.remove()
    kind.remove()
    assert not config.exists()
    assert [command[1] for command in ran] == ['restart', 'stop']
    assert KEY not in str(ran)


def test_every_type_of_ours_is_one():
    setup = configparser.ConfigParser()
    setup.read(pathlib.Path(moduletypes.__file__).parents[3] / 'setup.cfg')
    lines = setup['entry_points'][moduletypes.GROUP].split('\n')
    found = dict(line.split(' = ') for line in lines if line)
    assert {'ping', 'new_relic_license'} <= set(found)
    for place in found.values():
        where, _, name = place.partition(':')
        assert issubclass(getattr(importlib.import_module(where), name),
                          base.ModuleType)


def test_an_unknown_type_is_told():
    with pytest.raises(exception.NotSupported):
        moduletypes.find('none-such')
