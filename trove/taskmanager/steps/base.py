# SPDX-License-Identifier: Apache-2.0
"""Step: one piece of work that knows its way back. Flow: a list of them."""

import collections.abc
import dataclasses
import inspect
import typing

from trove.objects import status
from trove.taskmanager import tools as toolbox

Given = collections.abc.Mapping[str, typing.Any]


#: What every step may ask for, besides arguments and earlier results.
FACTS = ('operation_id', 'instance_id', 'project_id')

#: What undoing may ask for as well: the task that shows the failure.
UNDO_FACTS = ('error_task',)


class Step:
    """One piece of work.

    `execute` may run twice, after having been interrupted anywhere, and
    `revert` may follow an `execute` that stopped anywhere. Both ask for what
    they need by the names of their parameters: arguments of the operation,
    and what earlier steps gave; undoing also for what those gave back that
    were undone before. What a step gives goes to the journal: ids, never
    secrets.
    """

    #: Names of what `execute` returns.
    gives: tuple[str, ...] = ()

    #: Names of what `revert` returns, for those that are undone later.
    gives_back: tuple[str, ...] = ()

    #: What the instance's task becomes when this step fails for good.
    error_task: status.Task = status.Task.BUILDING_ERROR_SERVER

    #: Whether it may last, so that operators want to see that it began.
    lasts: bool = False

    def __init__(self, tools: toolbox.Tools) -> None:
        self.tools = tools

    @property
    def name(self) -> str:
        """The step's name in the journal and in faults."""
        return type(self).__name__

    @property
    def needs(self) -> tuple[str, ...]:
        """Names that `execute` asks for."""
        return _parameters(self.execute)

    @property
    def undo_needs(self) -> tuple[str, ...]:
        """Names that `revert` asks for."""
        return _parameters(self.revert)

    def execute(self, *args: typing.Any,
                **kwargs: typing.Any) -> Given | None:
        """Do it."""
        raise NotImplementedError

    def revert(self, *args: typing.Any,
               **kwargs: typing.Any) -> Given | None:
        """Undo it; most steps that only look have nothing to undo."""
        return None


@dataclasses.dataclass(frozen=True, slots=True)
class Flow:
    """Steps in their order.

    ``takes`` names the arguments of the operation that they may ask for.
    A flow that goes ``forward_only`` is tried again later where others
    undo themselves. A ``quiet`` one is none of the tenant's business and
    changes nothing of the instance: its failure is told to operators, in
    the operation, and is no fault of the instance.
    """

    takes: tuple[str, ...]
    steps: tuple[Step, ...]
    forward_only: bool = False
    quiet: bool = False


def _parameters(function: typing.Callable[..., typing.Any]
                ) -> tuple[str, ...]:
    return tuple(
        name for name, parameter
        in inspect.signature(function).parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD,
                              parameter.KEYWORD_ONLY))
