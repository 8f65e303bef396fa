# SPDX-License-Identifier: Apache-2.0
import pathlib

import pytest

from imagebuilder import errors
from imagebuilder import recipe

PROJECT = pathlib.Path(recipe.__file__).resolve().parents[2]

GOOD = """
datastore: acme
version: '1.0'
suite: bookworm
packages: [acme-server]
"""


@pytest.fixture
def project(tmp_path):
    """A project tree with the recipe of one datastore version."""
    folder = tmp_path / 'trove/datastores/acme/image'
    folder.mkdir(parents=True)
    (folder / '1.0.yaml').write_text(GOOD)
    return tmp_path


def written(project, text):
    path = project / 'trove/datastores/acme/image/1.0.yaml'
    path.write_text(text)
    return path


def test_a_recipe_is_found_by_datastore_and_version(project):
    found = recipe.find(project, 'acme', '1.0')
    assert found.packages == ('acme-server',)
    assert found.image == 'acme-1.0'
    assert found.agent_extras == ('guest',)


def test_an_unknown_version_is_answered_with_those_that_are_known(project):
    with pytest.raises(errors.RecipeError, match='there is: acme 1.0'):
        recipe.find(project, 'acme', '2.0')


@pytest.mark.parametrize('name', ['../../etc', 'ACME', '', 'a b'])
def test_a_name_that_leads_elsewhere_is_refused(project, name):
    with pytest.raises(errors.RecipeError, match='no name'):
        recipe.find(project, name, '1.0')


@pytest.mark.parametrize('line, sentence', [
    ('colour: red', 'unknown field colour'),
    ('size_mb: big', 'size_mb must be a number'),
    ('size_mb: true', 'size_mb must be a number'),
    ('commands: one', 'commands must be a list'),
    ('files: [{path: etc/acme}]', 'no absolute path'),
    ('files: [{path: /etc/../../x}]', 'no absolute path'),
    ('files: [{content: x}]', 'path is missing'),
    ('users: [{name: acme}]', 'uid is missing'),
    ('users: {name: acme}', 'users must be a list'),
    ('users: [acme]', 'expected fields'),
    ('masked_units: [acme]', 'acme is no unit name'),
    ('source: {uri: x, suite: y}', 'key is missing'),
])
def test_a_mistake_in_a_recipe_is_named(project, line, sentence):
    path = written(project, GOOD + line)
    with pytest.raises(errors.RecipeError, match=sentence) as told:
        recipe.load(path)
    assert str(path.parent) in str(told.value)


def test_a_missing_field_is_named(project):
    path = written(project, GOOD.replace('packages: [acme-server]', ''))
    with pytest.raises(errors.RecipeError, match='packages is missing'):
        recipe.load(path)


def test_a_version_that_yaml_takes_for_a_number_is_refused(project):
    path = written(project, GOOD.replace("'1.0'", '1.0'))
    with pytest.raises(errors.RecipeError, match='in quotes'):
        recipe.load(path)


def test_a_recipe_must_lie_where_its_names_say(project):
    path = written(project, GOOD.replace('acme\n', 'other\n', 1))
    with pytest.raises(errors.RecipeError, match='those of its path'):
        recipe.load(path)


@pytest.mark.parametrize('text', ['[', '- a list', 'text'])
def test_what_is_no_mapping_is_no_recipe(project, text):
    with pytest.raises(errors.RecipeError):
        recipe.load(written(project, text))


def test_the_key_of_another_source_is_read_from_beside_the_recipe(project):
    path = written(project, GOOD + 'source: {uri: "https://acme.example/x", '
                                   'suite: stable, key: acme.asc}')
    (path.parent / 'acme.asc').write_text('-----BEGIN PGP-----')
    assert recipe.find(project, 'acme', '1.0').source.key == (
        '-----BEGIN PGP-----')


def test_a_key_that_is_missing_is_named(project):
    path = written(project, GOOD + 'source: {uri: "https://acme.example/x", '
                                   'suite: stable, key: acme.asc}')
    assert recipe.load(path).source.key == 'acme.asc'
    with pytest.raises(errors.RecipeError, match='acme.asc is missing'):
        recipe.find(project, 'acme', '1.0')


def test_packages_of_an_older_suite_have_a_place_of_their_own(project):
    path = project / 'trove/datastores/acme/image/1.0.yaml'
    path.write_text(path.read_text() + '\nolder: [{suite: bookworm, '
                    'path: /opt/acme, packages: [acme-0.9]}]\n')
    found, = recipe.load(path).older
    assert (found.suite, found.path, found.packages) == (
        'bookworm', '/opt/acme', ('acme-0.9',))
    path.write_text(path.read_text().replace('/opt/acme', '../acme'))
    with pytest.raises(errors.RecipeError, match='absolute'):
        recipe.load(path)


def test_every_recipe_of_the_project_is_good():
    paths = recipe.paths(PROJECT)
    assert paths
    for path in paths:
        assert recipe.load(path).packages


def test_the_base_is_good_and_names_no_user_to_log_in_as():
    base = recipe.load_base()
    assert 'systemd' in base.packages
    assert 'openssh-server' not in base.packages
    machine_id, = (file for file in base.files
                   if file.path == '/etc/machine-id')
    assert machine_id.content == ''


def test_the_builder_knows_no_engine_by_name():
    engines = {path.parent.parent.name for path in recipe.paths(PROJECT)}
    for source in pathlib.Path(recipe.__file__).parent.glob('*'):
        if source.is_file():
            text = source.read_text()
            assert not [name for name in engines if name in text], source
