# SPDX-License-Identifier: Apache-2.0
import pathlib

import pytest

from imagebuilder import agentsource
from imagebuilder import errors

PROJECT = pathlib.Path(agentsource.__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    """A small source tree of an agent."""
    for name, text in (
            ('setup.cfg', '[extras]\nguest =\n    two>=1   # why\n'
                          'control =\n    three\n'),
            ('requirements.txt', '# comment\none>=1\n-r other.txt\n\n'),
            ('trove/__init__.py', ''), ('trove/agent.py', 'x = 1\n'),
            ('trove/data.yaml', 'x: 1\n'),
            ('trove/tests/test_agent.py', ''),
            ('trove/__pycache__/agent.pyc', ''),
            (agentsource.UNIT, '[Service]\n')):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_directory_without_the_project_is_refused(tmp_path):
    with pytest.raises(errors.BuildError, match='--agent-source'):
        agentsource.AgentSource(tmp_path)


def test_requirements_are_the_common_ones_and_those_of_the_extras(tree):
    source = agentsource.AgentSource(tree)
    assert source.requirements(('guest',)) == ['one>=1', 'two>=1']
    assert 'three' in source.requirements(('guest', 'control'))


def test_an_unknown_extra_is_named(tree):
    with pytest.raises(errors.RecipeError, match='"other"'):
        agentsource.AgentSource(tree).requirements(('other',))


def test_code_data_and_unit_count_but_tests_and_caches_do_not(tree):
    def now():
        return agentsource.AgentSource(tree).fingerprint()

    before = now()
    (tree / 'trove/tests/test_agent.py').write_text('changed')
    (tree / 'trove/__pycache__/agent.pyc').write_text('changed')
    assert now() == before
    for name in ('trove/agent.py', 'trove/data.yaml', agentsource.UNIT):
        (tree / name).write_text('changed')
        assert now() != before
        before = now()


def test_the_copy_to_build_from_holds_what_counts(tree, tmp_path):
    target = tmp_path / 'copy'
    agentsource.AgentSource(tree).copy(target)
    found = {str(path.relative_to(target)) for path in target.rglob('*')
             if path.is_file()}
    assert found == {'setup.cfg', 'requirements.txt', 'trove/__init__.py',
                     'trove/agent.py', 'trove/data.yaml'}


def test_the_agent_needs_neither_database_nor_web_libraries():
    names = ' '.join(agentsource.AgentSource(PROJECT).requirements(
        ('guest',))).lower()
    assert 'oslo.messaging' in names
    assert 'sqlalchemy' not in names
    assert 'pecan' not in names


def test_the_unit_runs_the_agent_s_own_environment():
    unit = agentsource.AgentSource(PROJECT).unit()
    assert 'ExecStart=/opt/trove-guestagent/bin/trove-guestagent ' in unit
    assert 'Restart=always' in unit
