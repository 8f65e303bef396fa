# SPDX-License-Identifier: Apache-2.0
import threading

import pytest

from imagebuilder import build
from imagebuilder import errors
from imagebuilder import store

NAME = 'acme-1.0-0123456789ab'
OTHER = 'base-bookworm-ba9876543210'


@pytest.fixture
def images(tmp_path):
    """An empty image directory."""
    one = store.Store(tmp_path / 'images')
    one.prepare()
    return one


def a_layer(images, name, needs=()):
    with images.locked(name), images.building(name) as (site, notes):
        (site.tree / 'file').write_text(name)
        notes['needs'] = list(needs)


def leftovers(images):
    return list((images.dir / '.building').iterdir())


def test_a_layer_appears_when_it_is_complete(images):
    with images.locked(NAME), images.building(NAME) as (site, notes):
        (site.tree / 'file').write_text('x')
        notes['answer'] = 42
        assert not images.has(NAME)
        assert images.layers() == []
    assert images.has(NAME)
    assert images.layers() == [NAME]
    assert (images.layer(NAME) / 'file').read_text() == 'x'
    assert images.notes(NAME)['answer'] == 42
    assert leftovers(images) == []


def test_a_layer_that_fails_leaves_nothing(images):
    with (pytest.raises(errors.BuildError), images.locked(NAME),
          images.building(NAME) as (site, _)):
        (site.tree / 'file').write_text('x')
        raise errors.BuildError('no')
    assert not images.has(NAME)
    assert images.notes(NAME) == {}
    assert leftovers(images) == []


def test_what_a_killed_build_left_is_swept_up(images):
    (images.dir / '.building' / f'{NAME}.killed' / 'tree').mkdir(
        parents=True)
    images.sweep()
    assert leftovers(images) == []


def test_what_a_living_build_works_on_is_not_swept_up(images):
    with images.locked(NAME), images.building(NAME) as (site, _):
        images.sweep()
        assert site.tree.is_dir()


def test_of_two_only_one_holds_a_name_and_the_other_tells(images):
    told = []
    second = store.Store(images.dir, told.append)
    order = []

    def wait():
        with second.locked(NAME):
            order.append('second')

    with images.locked(NAME):
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.2)
        order.append('first')
    waiting.join(10)
    assert order == ['first', 'second']
    assert NAME in told[0]


def test_a_directory_of_another_name_is_no_layer(images):
    (images.dir / 'something').mkdir()
    (images.dir / 'acme-1.0-short').mkdir()
    assert images.layers() == []


def test_an_image_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(errors.BuildError, match='--image-dir'):
        store.Store(tmp_path / 'file' / 'images').prepare()


def test_manifests_are_kept_and_other_files_ignored(images):
    document = {'format': store.FORMAT, 'layers': [NAME]}
    images.write_manifest('acme-1.0', document)
    (images.dir / 'else.json').write_text('{}')
    assert images.images() == {'acme-1.0': document}
    assert images.manifest('acme-1.0') == document
    assert images.manifest('other') is None


def test_a_damaged_manifest_is_told(images):
    images.manifest_path('acme-1.0').write_text('{')
    with pytest.raises(errors.BuildError, match='damaged'):
        images.manifest('acme-1.0')


def test_pruning_removes_what_neither_image_nor_build_needs(images):
    tools, old = 'pytools-111111111111', 'acme-1.0-222222222222'
    kept, keepers_base = 'acme-1.0-333333333333', 'base-444444444444'
    a_layer(images, OTHER)
    a_layer(images, tools, needs=[OTHER])
    a_layer(images, NAME, needs=[tools])
    a_layer(images, old, needs=[OTHER])
    a_layer(images, keepers_base)
    a_layer(images, kept, needs=[keepers_base])
    images.write_manifest('acme-1.0', {'format': store.FORMAT,
                                       'layers': [NAME, OTHER]})
    assert build.prune(images, [kept], only_tell=True) == [old]
    assert images.has(old)
    assert build.prune(images, [kept]) == [old]
    assert images.layers() == sorted(
        [OTHER, tools, NAME, kept, keepers_base])
    assert images.notes(old) == {}
    assert leftovers(images) == []
