# SPDX-License-Identifier: Apache-2.0
import errno
import io
import pathlib
import shutil
import threading

import pytest

from imagebuilder import agentsource
from imagebuilder import build
from imagebuilder import cli
from imagebuilder import commands
from imagebuilder import errors
from imagebuilder import layers
from imagebuilder import packages
from imagebuilder import progress
from imagebuilder import recipe
from imagebuilder import store

PROJECT = pathlib.Path(build.__file__).resolve().parents[2]


class SmallLayer(layers.Layer):
    """A layer of one file, made by a real command."""

    label = 'small'
    title = 'small layer'
    size_mb = 1

    def __init__(self, text, needs=(), command='cat > tree/file'):
        super().__init__(needs=needs)
        self._text = text
        self._command = command
        self.made = 0

    def facts(self):
        return self._text

    def make(self, site, store, progress, notes):
        self.made += 1
        commands.run(['sh', '-c', f'cd {site.path} && {self._command}'],
                     what='writing', log=site.log, text=self._text)


class FullDisk(SmallLayer):
    """A layer for which there is no room."""

    def make(self, site, store, progress, notes):
        raise OSError(errno.ENOSPC, 'No space left on device')


@pytest.fixture
def images(tmp_path):
    one = store.Store(tmp_path / 'images')
    one.prepare()
    return one


@pytest.fixture
def told():
    return io.StringIO()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of what decides the content of an image."""
    monkeypatch.setattr(packages, 'architecture', lambda: 'amd64')
    target = tmp_path / 'project'
    names = ['setup.cfg', 'requirements.txt', agentsource.UNIT,
             'trove/datastores/mariadb/image/10.11.yaml']
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, target / name)
    (target / 'trove/agent.py').write_text('')
    return target


def ensure(layer, images, told):
    build._ensure(layer, images, progress.Progress(told))


def names(project, images, **more):
    order = build.Order(project=project, datastore='mariadb',
                        version='10.11', agent_source=project, **more)
    images.prepare()
    return [layer.name for layer in build.plan(order, images)[1]]


def changed(before, after):
    return [one != other
            for one, other in zip(before, after, strict=True)]


def test_a_layer_is_made_once(images, told):
    layer = SmallLayer('hello')
    ensure(layer, images, told)
    ensure(layer, images, told)
    assert layer.made == 1
    assert (images.layer(layer.name) / 'file').read_text() == 'hello'


def test_equal_facts_are_the_same_layer_and_others_are_not(images, told):
    ensure(SmallLayer('a'), images, told)
    again, other = SmallLayer('a'), SmallLayer('b')
    ensure(again, images, told)
    ensure(other, images, told)
    assert (again.made, other.made) == (0, 1)
    assert len(images.layers()) == 2


def test_what_a_layer_needs_is_made_before_it(images, told):
    tools = SmallLayer('tools')
    user = SmallLayer('user', needs=[tools])
    ensure(user, images, told)
    assert images.has(tools.name)
    assert images.notes(user.name)['needs'] == [tools.name]


def test_what_only_a_missing_layer_needs_is_not_made_for_one_that_is_there(
        images, told):
    tools = SmallLayer('tools')
    user = SmallLayer('user', needs=[tools])
    ensure(user, images, told)
    images.remove(tools.name)
    ensure(user, images, told)
    assert not images.has(tools.name)


def test_a_failed_command_leaves_no_layer_and_can_be_tried_again(
        images, told):
    broken = SmallLayer('x', command='cat > tree/file; exit 1')
    with pytest.raises(errors.BuildError, match='writing failed'):
        ensure(broken, images, told)
    assert images.layers() == []
    ensure(SmallLayer('x'), images, told)
    assert images.has(broken.name)


def test_of_two_builds_at_once_one_makes_the_layer(images, told):
    made = [SmallLayer('x', command='sleep 0.3; cat > tree/file')
            for _ in range(4)]
    threads = [threading.Thread(
        target=ensure, args=(layer, store.Store(images.dir), told))
        for layer in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(layer.made for layer in made) == 1
    assert images.has(made[0].name)


def test_a_disk_that_is_too_small_is_told_before_the_work(images, told):
    layer = SmallLayer('x')
    layer.size_mb = 10 ** 9
    with pytest.raises(errors.BuildError, match='needs 1000000000 MB'):
        ensure(layer, images, told)
    assert layer.made == 0


def test_a_disk_that_fills_up_is_told_and_nothing_is_left(images, told):
    with pytest.raises(errors.BuildError,
                       match=r'is full: the small layer needs 1 MB and \d+ MB '
                             'are left now; free some space'):
        ensure(FullDisk('x'), images, told)
    assert images.layers() == []
    assert list((images.dir / '.building').iterdir()) == []


def test_a_program_that_found_no_room_is_told_with_the_figures(images, told):
    full = SmallLayer('x', command='echo "No space left on device"; exit 1')
    with pytest.raises(errors.BuildError, match='the small layer needs 1 MB'):
        ensure(full, images, told)
    assert list((images.dir / '.building').iterdir()) == []


def test_a_disk_without_room_is_told_before_work_begins(images, told,
                                                       monkeypatch):
    monkeypatch.setattr(SmallLayer, 'size_mb', 10 ** 9)
    with pytest.raises(errors.BuildError, match=r'has \d+ MB left and the '
                       'small layer needs 1000000000 MB'):
        ensure(SmallLayer('x'), images, told)
    assert told.getvalue() == ''


def test_each_step_tells_its_time(told):
    times = iter((1.0, 3.5))
    with progress.Progress(told, lambda: next(times)).step('digging'):
        pass
    assert told.getvalue() == '  digging ...\n  digging: 2.5 s\n'


def test_a_change_of_our_code_makes_the_top_layer_new(project, images):
    before = names(project, images)
    (project / 'trove/agent.py').write_text('x = 1')
    assert changed(before, names(project, images)) == [
        True, False, False, False]


def test_a_change_of_requirements_makes_the_python_packages_new(
        project, images):
    before = names(project, images)
    with open(project / 'requirements.txt', 'a') as file:
        file.write('another>=1\n')
    assert changed(before, names(project, images)) == [
        True, True, False, False]


def test_a_change_of_the_recipe_makes_only_the_engine_new(project, images):
    before = names(project, images)
    with open(recipe.paths(project)[0], 'a') as file:
        file.write("masked_units: ['acme.service']\n")
    assert changed(before, names(project, images)) == [
        False, False, True, False]


def test_a_refresh_makes_all_new_and_stays_until_the_next(project, images):
    before = names(project, images)
    after = names(project, images, refresh=True)
    assert changed(before, after) == [True] * 4
    assert names(project, images) == after


def test_the_mirror_does_not_change_what_is_built(project, images):
    assert (names(project, images)
            == names(project, images, mirror='http://near.example/debian'))


def test_an_unknown_image_is_one_sentence(capsys, tmp_path):
    code = cli.main(['build', 'mariadb', '0.1', '--image-dir',
                     str(tmp_path)])
    said = capsys.readouterr().err
    assert code == 1
    assert said.startswith('trove-image: there is no recipe for mariadb 0.1')
    assert said.count('\n') == 1


def test_list_show_path_and_manifest_tell_of_a_built_image(
        capsys, images, told):
    layer = SmallLayer('x')
    ensure(layer, images, told)
    where = ['--image-dir', str(images.dir)]
    assert cli.main(['show', 'mariadb', '10.11', *where]) == 1
    assert 'is not built' in capsys.readouterr().err
    images.write_manifest('mariadb-10.11', {
        'format': store.FORMAT, 'layers': [layer.name]})
    for verb, expected in (('show', layer.name),
                           ('path', str(images.layer(layer.name))),
                           ('manifest', '"trove-layers-1"')):
        assert cli.main([verb, 'mariadb', '10.11', *where]) == 0
        assert expected in capsys.readouterr().out
    assert cli.main(['list', *where]) == 0
    assert 'built' in capsys.readouterr().out
    images.remove(layer.name)
    assert cli.main(['list', *where]) == 0
    assert 'damaged' in capsys.readouterr().out
