# SPDX-License-Identifier: Apache-2.0
"""How an engine's connections are encrypted. Plain, and pure."""

import dataclasses
import datetime
import enum
import typing


@enum.unique
class Mode(enum.StrEnum):
    """What clients may or must do."""

    BUILTIN = 'builtin'     # as the engine comes
    OFF = 'off'
    BASIC = 'basic'         # TLS is offered
    ENFORCED = 'enforced'   # nothing else is accepted
    MTLS = 'mtls'           # and clients show a certificate, too

    @property
    def needs_certificate(self) -> bool:
        """Whether the server shows a certificate of ours."""
        return self in (Mode.BASIC, Mode.ENFORCED, Mode.MTLS)


@enum.unique
class Source(enum.StrEnum):
    """Where a certificate came from."""

    BARBICAN = 'barbican'
    AUTHORITY = 'authority'     # the operator's own


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A certificate with its key and its signer; all PEM.

    ``authority``: whom clients of mode mtls have to be signed by.
    """

    certificate: str
    private_key: str = dataclasses.field(repr=False)
    authority: str

    def to_dict(self) -> dict[str, str]:
        """The JSON form, with the key."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What an instance is told to do; without a bundle: none is needed, or
    it is still to be issued."""

    mode: Mode
    source: Source | None = None
    ref: str | None = None      # where a keeper of secrets has it
    bundle: Bundle | None = dataclasses.field(default=None, repr=False)

    def to_dict(self) -> dict[str, typing.Any]:
        """The JSON form, with the key."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, facts: dict[str, typing.Any]) -> 'State':
        """Read what `to_dict` wrote."""
        bundle = facts.get('bundle')
        source = facts.get('source')
        return cls(mode=Mode(facts['mode']),
                   source=Source(source) if source else None,
                   ref=facts.get('ref'),
                   bundle=Bundle(**bundle) if bundle else None)

    def to_guest(self) -> dict[str, typing.Any]:
        """What a guest is told."""
        return {'mode': str(self.mode),
                'bundle': self.bundle.to_dict() if self.bundle else None}


#: What an instance that was never asked for anything has.
UNTOUCHED = State(mode=Mode.BUILTIN)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is on record of one instance."""

    instance_id: str
    current: State = UNTOUCHED
    previous: State | None = None
    pending: State | None = None        # an operation is bringing it in


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What may be shown of a certificate; the time is UTC without zone."""

    cn: str | None
    expire_at: datetime.datetime
    san: tuple[str, ...] | None
