# SPDX-License-Identifier: Apache-2.0
"""How the agent's packages come into an image, the same each time."""

from imagebuilder import agentlayers


def test_a_wheel_is_asked_for_by_name_and_version():
    assert agentlayers.named(
        'trove-1.0.0.dev3-py3-none-any.whl') == 'trove==1.0.0.dev3'


def test_everything_is_compiled_by_the_compiler_alone(tmp_path):
    asked = []

    class Root:
        path = tmp_path

        @staticmethod
        def inside(path):
            return tmp_path / path.lstrip('/')

        @staticmethod
        def run(argv, *, what, env=None):
            asked.append((argv, env))

    (Root.inside(agentlayers.HOME) / 'lib/python3.13/site-packages').mkdir(
        parents=True)
    agentlayers.compile_all(Root, 'trove')
    [(argv, env)] = asked
    assert '-f' in argv and argv[-1].endswith('site-packages/trove')
    assert env == {'PYTHONDONTWRITEBYTECODE': '1'}
