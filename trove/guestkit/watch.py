# SPDX-License-Identifier: Apache-2.0
"""An engine on its way up, and what one is that does not answer."""

import time
import typing

from trove.common import exception
from trove.common import waiting
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import units
from trove.objects import status

_POLL_S = 0.02
_LOOK_S = 0.25


def bring_up(keeper: units.Units, unit: units.Unit,
             answers: typing.Callable[[], bool], timeout_s: float,
             product: str, last_words: typing.Callable[[], str]) -> None:
    """Start a unit and come back when its engine ``answers``.

    StartFailed with the reason and the engine's last words otherwise; it is
    stopped then.
    """
    keeper.start(unit)
    try:
        come_up(keeper, unit, answers, timeout_s,
                'the start of %s' % product)
    except (exception.WaitTimeout, errors.UnitFailed) as error:
        words = last_words()
        keeper.stop(unit)
        raise errors.StartFailed(
            engine=product,
            reason=with_words(error.message, words)) from error


def with_words(sentence: str, words: str) -> str:
    """What is wrong with an engine, and what it said last."""
    if not words:
        return sentence
    return '%s Last words of its log:\n%s' % (sentence, words)


def down(trouble: str, found: units.Condition, words: str) -> str:
    """What is wrong with an engine whose process is gone, and why.

    How the process died comes first: one that was killed did not say so
    itself, and what it wrote at its start says nothing.
    """
    return with_words(_sentence(trouble, found.ending), words)


def _sentence(trouble: str, ending: str | None) -> str:
    return '%s: %s.' % (trouble, ending) if ending else trouble + '.'


def come_up(keeper: units.Units, unit: units.Unit,
            answers: typing.Callable[[], bool], timeout_s: float,
            what: str) -> None:
    """Come back when a unit that was just started ``answers``.

    UnitFailed if its process dies before, WaitTimeout naming ``what``.
    """
    watch = Watch(keeper, unit)
    waiting.until(lambda: answers() or watch.look(), timeout_s, what,
                  poll_s=_POLL_S, most_s=2 * _POLL_S)


def unanswering(state: units.State,
                listens: typing.Callable[[], bool]) -> status.Service:
    """What an engine is that answers no query."""
    if state is units.State.RUNNING:
        # It is on its way up or down, or it listens and hangs.
        return (status.Service.BLOCKED if listens()
                else status.Service.RUNNING)
    if state is units.State.STOPPED:
        return status.Service.SHUTDOWN
    return status.Service.CRASHED


def resident_mb(pid_file: str, name: str) -> int | None:
    """Resident memory of the process in a file, if it has this name."""
    words = (files.read(pid_file) or '').split()
    text = files.read('/proc/%s/status' % words[0]) if words else None
    facts = dict(line.split(':', 1) for line in (text or '').splitlines()
                 if ':' in line)
    if facts.get('Name', '').strip() != name or 'VmRSS' not in facts:
        return None             # a later process has its number, or it ends
    return int(facts['VmRSS'].split()[0]) // 1024


class Watch:
    """Looks now and then whether a unit of ``keeper`` lives on."""

    def __init__(self, keeper: units.Units, unit: units.Unit) -> None:
        self._keeper = keeper
        self._unit = unit
        self._restarts: int | None = None
        self._next = time.monotonic() + _LOOK_S

    def look(self) -> bool:
        """False, or UnitFailed if the process died since the start."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + _LOOK_S
        found = self._keeper.condition(self._unit)
        if self._restarts is None:
            self._restarts = found.restarts
        if (found.state is not units.State.RUNNING
                or found.restarts > self._restarts):
            raise errors.UnitFailed(
                unit=self._unit.name,
                reason=_sentence('its process ended', found.ending))
        return False
