"""ISUP and TUP seen alike: what whoever handles calls asks of either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

import msgspec

from switchsim.model.part import State
from switchsim.proto import isup, tup
from switchsim.proto.isup.parameters import CALLING_PARTY_NUMBER

User: TypeAlias = isup.Isup | tup.Tup

SUBSCRIBER_FREE, IN_BAND = 1, 3
"""Called party's status of ACM, and event of CPG: free or alerting; event: in-band information."""


def is_free(user: User, cic: int) -> bool:
    """Whether a call can be set up on a circuit now: idle, not blocked, its exchange in reach."""
    return _reachable(user) and _idle_of(user)(cic)


def _reachable(user: User) -> bool:
    return user.state.available and user.state.user_available


def _idle_of(user: User) -> Callable[[int], bool]:
    """Says of a CIC whether its circuit is idle and not blocked."""
    if isinstance(user, isup.Isup):
        circuits, selectable = user.state.circuits, isup.selectable
        return lambda cic: selectable(circuits[cic])
    others = user.state.circuits

    def is_idle(cic: int) -> bool:
        circuit = others[cic]
        return circuit.state is tup.Circuits.IDLE and not circuit.local and not circuit.remote

    return is_idle


Turns: TypeAlias = tuple[list[int], list[int]]
"""CICs that this side controls, and the others, each in the order of the machine file."""


def turns(config: isup.IsupConfig | tup.TupConfig, cics: Iterable[int]) -> Turns:
    """Even circuits are controlled by the higher point code (Q.764 2.9.1.3)."""
    odd, both = config.own_pc <= config.dpc, list(cics)
    return [cic for cic in both if cic % 2 == odd], [cic for cic in both if cic % 2 != odd]


def hunt(user: User, circuits: Turns, last: int) -> int:
    """The circuit for the next call, -1: none is free. Those that this side controls go first, in turn.

    `last`: the circuit that was taken before. Looks only until it finds one: a large exchange has 1500 circuits.
    """
    if not _reachable(user):
        return -1
    own, others = circuits
    tried = chain((cic for cic in own if cic > last), (cic for cic in own if cic <= last),
                  (cic for cic in others if cic > last), (cic for cic in others if cic <= last))  # fmt: skip
    return next(filter(_idle_of(user), tried), -1)


_TO_CODES: Final = str.maketrans("*#", "BC")
_TO_KEYS: Final = str.maketrans("BC", "*#")


def keyed(digits: str) -> str:
    """Address signals as keys of a telephone: codes 11 and 12 (Q.763 3.9) are its * and #."""
    return digits.translate(_TO_KEYS)


def set_up(
    user: User, cic: int, called: str, calling: str, check: bool = False, of: dict[str, int] | None = None
) -> tuple[int | None, Sequence[Any]]:
    """Seize a circuit and send the whole number (0-9 A-D * #; * and # as codes 11 and 12).

    check: with a continuity check of the circuit. of: what is said of the caller, in values of this user part:
    category, medium, nature and presentation of the number, and of ISUP its screening and whether he is at an ISDN;
    else that of an own subscriber.
    """
    called, calling = called.translate(_TO_CODES), calling.translate(_TO_CODES)
    values = {_REQUESTED.get(name, name): value for name, value in (of or {}).items()}
    if isinstance(user, isup.Isup):
        return user.setup(isup.SetupRequest(called=called, calling=calling, continuity=check, **values), cic)  # type: ignore[arg-type]
    for name in ("screening", "isdn"):
        values.pop(name, None)
    return user.setup(tup.SetupRequest(called=called, calling=calling, continuity=check, **values), cic)  # type: ignore[arg-type]


_REQUESTED: Final = {"nature": "calling_nature"}


def who(action: isup.SetupInd | tup.SetupInd) -> dict[str, int]:
    """What a user part said of the caller, as `set_up` takes it."""
    values = {"category": action.category, "nature": action.calling_nature, "presentation": action.presentation,
              "medium": action.medium}  # fmt: skip
    if isinstance(action, isup.SetupInd):
        octets = next((octets for code, octets in action.parameters if code == CALLING_PARTY_NUMBER.code), b"")
        number = CALLING_PARTY_NUMBER.read(octets) if octets else None
        if number is not None:
            values["screening"] = number.screening
    return values


def check(user: User, cic: int) -> Sequence[Any]:
    """CCR: a continuity check of an idle circuit."""
    return user.check(cic) if isinstance(user, isup.Isup) else user.test_continuity(cic)


def query(user: User, cic: int) -> Sequence[Any]:
    """CQM about a circuit: it names two at least (Q.763 3.43), so a neighbour is asked about as well.

    TUP has none: nothing is done.
    """
    if not isinstance(user, isup.Isup):
        return ()
    pairs = ([cic, cic + 1], [cic - 1, cic])
    return user.query(next((pair for pair in pairs if all(one in user.state.circuits for one in pair)), [cic]))


CIRCUIT_ACTS: Final[dict[str, Callable[[User, int], Sequence[Any]]]] = {
    "block": lambda user, cic: user.block(cic, True),
    "unblock": lambda user, cic: user.block(cic, False),
    "reset": lambda user, cic: user.reset(cic),
    "query": query,
    "check": check,
}
"""What maintenance asks of one circuit."""
GROUP_ACTS: Final[dict[str, Callable[[User, list[int]], Sequence[Any]]]] = {
    "block": lambda user, cics: user.block_group(cics, True),
    "unblock": lambda user, cics: user.block_group(cics, False),
    "reset": lambda user, cics: user.reset_group(cics),
    "query": lambda user, cics: user.query(cics) if isinstance(user, isup.Isup) else (),
}
"""And of several at once; blocking is maintenance oriented."""


def address_complete(user: User, cic: int, *, free: bool) -> Iterable[Any]:
    """ACM; free: a subscriber is being rung, else a service of the exchange has the call."""
    if isinstance(user, isup.Isup):
        return user.address_complete(cic, SUBSCRIBER_FREE if free else 0, in_band=True)
    return user.address_complete(cic, free)


def _acm(user: User, cic: int, *, free: bool, in_band: bool = True) -> Iterable[Any]:
    if isinstance(user, isup.Isup):
        return user.address_complete(cic, SUBSCRIBER_FREE if free else 0, in_band=in_band)
    return user.address_complete(cic, free)


def wants_address_complete(user: User, cic: int) -> bool:
    """Whether this side has an incoming call whose ACM has not been sent."""
    if isinstance(user, isup.Isup):
        return user.state.circuits[cic].cpc is isup.Cpc.I_WAIT_ACM
    return user.state.circuits[cic].state is tup.Circuits.IN_ADDRESS


def _once(event: int, *, free: bool, in_band: bool) -> Callable[[User, int], Iterable[Any]]:
    """ACM, or CPG with that event where ACM has been sent; the telephone user part has none, and says nothing then."""

    def act(user: User, cic: int) -> Iterable[Any]:
        if wants_address_complete(user, cic):
            return _acm(user, cic, free=free, in_band=in_band)
        return user.progress(cic, event, in_band) if event and isinstance(user, isup.Isup) else ()

    return act


SAY: Final[dict[str, Callable[[User, int], Iterable[Any]]]] = {
    "ACM": _once(0, free=False, in_band=False),
    "ACM in band": _once(IN_BAND, free=False, in_band=True),
    "ACM free": _once(SUBSCRIBER_FREE, free=True, in_band=True),
    **dict.fromkeys(("SUS", "CBK"), lambda user, cic: user.suspend_call(cic)),
    **dict.fromkeys(("RES", "RAN"), lambda user, cic: user.resume_call(cic)),
    "left": lambda user, cic: user.leave_supervision(cic),
}
"""What goes backwards along a call, by its message (one that the state does not allow changes nothing); left: another
exchange supervises the suspension."""


def named(action: Any) -> str:
    """An ACM or CPG by its message and what it says, as keys of SAY, and CPG: `CPG alerting`, `CPG in band`."""
    if isinstance(action, isup.AddressCompleteInd | tup.AddressCompleteInd):
        told = " free" if action.status else " in band" if getattr(action, "in_band", False) else ""
        return f"ACM{told}"
    if isinstance(action, isup.ProgressInd):
        return "CPG alerting" if action.event == SUBSCRIBER_FREE else "CPG in band" if action.in_band else "CPG"
    return ""


def subscriber_free(action: Any) -> bool:
    """Whether an address complete or progress indication says that somebody is being rung, or tones are to be heard."""
    status = getattr(action, "status", 0) or (getattr(action, "event", 0) == 1)
    return bool(status) or bool(getattr(action, "in_band", False))


def failed(user: User, cics: Iterable[int]) -> bool:
    """Whether this side blocks one of these circuits for a failure of its hardware."""
    if isinstance(user, isup.Isup):
        return any(user.state.circuits[cic].hard_local is not isup.Block.NONE for cic in cics)
    return any(user.state.circuits[cic].local & tup.Block.HARDWARE for cic in cics)


class Standing(State):
    """What lasts beyond calls: blocking of one circuit, as the user part holds it."""

    cic: int
    marks: list[int]


_ISUP_MARKS = ("maint_local", "maint_remote", "hard_local", "hard_remote", "unequipped_remote", "alarmed")
_TUP_MARKS = ("local", "remote")


def export_standing(user: User, cics: Iterable[int]) -> bytes:
    """Blocking of these circuits, for another processor."""
    names = _ISUP_MARKS if isinstance(user, isup.Isup) else _TUP_MARKS
    rows = [Standing(cic, [int(getattr(user.state.circuits[cic], name)) for name in names]) for cic in cics]
    return msgspec.msgpack.encode([row for row in rows if any(row.marks)])


def adopt_standing(user: User, octets: bytes) -> None:
    """Go on with what `export_standing` gave. What was being agreed on counts as agreed."""
    for row in msgspec.msgpack.decode(octets, type=list[Standing]):
        circuit = user.state.circuits.get(row.cic)
        if isinstance(circuit, isup.Circuit):
            maint, hard = (_settled(row.marks[at]) for at in (0, 2))
            circuit.maint_local, circuit.hard_local = maint, hard
            circuit.maint_remote, circuit.hard_remote = bool(row.marks[1]), bool(row.marks[3])
            circuit.unequipped_remote, circuit.alarmed = bool(row.marks[4]), bool(row.marks[5])
        elif isinstance(user, tup.Tup) and circuit is not None:
            user.adopt_blocking(row.cic, row.marks[0], row.marks[1])


def _settled(mark: int) -> isup.Block:
    return isup.Block.BLOCKED if mark in (isup.Block.BLOCKING, isup.Block.BLOCKED) else isup.Block.NONE


def export_call(user: User, cic: int) -> bytes:
    """What another processor needs to go on with a call in talk; empty when there is none."""
    exported = user.export_call(cic)
    return msgspec.msgpack.encode(exported) if exported is not None else b""


def adopt_call(user: User, cic: int, octets: bytes) -> bool:
    """Go on with a call; False when it was not in talk."""
    if isinstance(user, isup.Isup):
        return user.adopt_call(cic, msgspec.msgpack.decode(octets, type=isup.Circuit))
    return user.adopt_call(cic, msgspec.msgpack.decode(octets, type=tup.Circuit))
