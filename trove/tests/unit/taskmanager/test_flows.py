# SPDX-License-Identifier: Apache-2.0
"""Every flow there is fits together; both are found from the code."""

import importlib
import inspect
import pkgutil

import pytest

from trove.objects import status
from trove.taskmanager import flows
from trove.taskmanager import steps
from trove.taskmanager.steps import base


def all_flows():
    return {verb: flows.build(verb, tools=None) for verb in flows.VERBS}


def all_steps():
    for entry in pkgutil.iter_modules(steps.__path__):
        module = importlib.import_module(
            '%s.%s' % (steps.__name__, entry.name))
        for _, found in inspect.getmembers(module, inspect.isclass):
            if (issubclass(found, base.Step) and found is not base.Step
                    and found.__module__ == module.__name__):
                yield found


@pytest.mark.parametrize('verb', flows.VERBS)
def test_each_step_finds_what_it_needs(verb):
    flow = all_flows()[verb]
    known = {*base.FACTS, *flow.takes}
    for step in flow.steps:
        assert set(step.needs) <= known, step.name
        known |= set(step.gives)


@pytest.mark.parametrize('verb', flows.VERBS)
def test_each_step_finds_what_undoing_it_needs(verb):
    flow = all_flows()[verb]
    known = {*base.FACTS, *base.UNDO_FACTS, *flow.takes}
    for place, step in enumerate(flow.steps, 1):
        assert set(step.undo_needs) <= known.union(
            *(one.gives for one in flow.steps[:place]),
            *(one.gives_back for one in flow.steps[place:])), step.name


@pytest.mark.parametrize('verb', flows.VERBS)
def test_names_are_given_once_and_steps_are_named_once(verb):
    flow = all_flows()[verb]
    names = [step.name for step in flow.steps]
    assert len(names) == len(set(names))
    given = [*base.FACTS, *flow.takes,
             *(name for step in flow.steps
               for name in (*step.gives, *step.gives_back))]
    assert len(given) == len(set(given))


@pytest.mark.parametrize('verb', flows.VERBS)
def test_a_flow_takes_no_argument_that_no_step_uses(verb):
    flow = all_flows()[verb]
    used = {name for step in flow.steps
            for name in (*step.needs, *step.undo_needs)}
    assert set(flow.takes) <= used


@pytest.mark.parametrize('verb', flows.VERBS)
def test_a_failure_shows_as_one(verb):
    for step in all_flows()[verb].steps:
        assert step.error_task.is_error, step.name
        assert isinstance(step.error_task, status.Task)


def test_every_step_is_part_of_a_flow():
    used = {type(step) for flow in all_flows().values()
            for step in flow.steps}
    assert set(all_steps()) == used


@pytest.mark.parametrize('verb', flows.VERBS)
def test_what_goes_both_ways_undoes_whatever_it_makes(verb):
    flow = all_flows()[verb]
    if flow.forward_only:
        return
    for step in flow.steps:
        makes = any(word in step.name for word in ('Create', 'Boot'))
        # A floating address goes with its port.
        if makes and step.name != 'CreateFloating':
            assert type(step).revert is not base.Step.revert, step.name
