"""ISUP and TUP seen alike: what whoever handles calls asks of either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from switchsim.proto import isup, tup

User: TypeAlias = isup.Isup | tup.Tup

SUBSCRIBER_FREE = 1


def is_free(user: User, cic: int) -> bool:
    """Whether a call can be set up on a circuit now: idle, not blocked, its exchange in reach."""
    state = user.state
    if not (state.available and state.user_available):
        return False
    if isinstance(user, isup.Isup):
        return isup.selectable(user.state.circuits[cic])
    circuit = user.state.circuits[cic]
    return circuit.state is tup.Circuits.IDLE and not circuit.local and not circuit.remote


def hunt(user: User, free: Sequence[int], last: int) -> int:
    """The circuit for the next call among the free ones: those that this side controls first (Q.764 2.9.1), in turn.

    `last`: the circuit that was taken before.
    """
    even = user.config.own_pc > user.config.dpc
    own = [cic for cic in free if (cic % 2 == 0) == even] or list(free)
    return next((cic for cic in own if cic > last), own[0])


def set_up(user: User, cic: int, called: str, calling: str) -> tuple[int | None, Sequence[Any]]:
    """Seize a circuit and send the whole number."""
    if isinstance(user, isup.Isup):
        return user.setup(isup.SetupRequest(called=called, calling=calling), cic)
    return user.setup(tup.SetupRequest(called=called, calling=calling), cic)


def address_complete(user: User, cic: int, *, free: bool) -> Iterable[Any]:
    """ACM; free: a subscriber is being rung, else a service of the exchange has the call."""
    if isinstance(user, isup.Isup):
        return user.address_complete(cic, SUBSCRIBER_FREE if free else 0, in_band=True)
    return user.address_complete(cic, free)


def subscriber_free(action: Any) -> bool:
    """Whether an address complete or progress indication says that somebody is being rung, or tones are to be heard."""
    status = getattr(action, "status", 0) or (getattr(action, "event", 0) == 1)
    return bool(status) or bool(getattr(action, "in_band", False))


def export_call(user: User, cic: int) -> bytes:
    """What another processor needs to go on with a call in talk; empty when there is none."""
    exported = user.export_call(cic)
    return msgspec.msgpack.encode(exported) if exported is not None else b""


def adopt_call(user: User, cic: int, octets: bytes) -> Iterable[Any] | None:
    """Go on with a call; None when it was not in talk."""
    if isinstance(user, isup.Isup):
        return () if user.adopt_call(cic, msgspec.msgpack.decode(octets, type=isup.Circuit)) else None
    return user.adopt_call(msgspec.msgpack.decode(octets, type=tup.Circuit))
