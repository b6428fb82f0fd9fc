"""The bench `alone`: one relation of circuits under a clock of its own; the tester's messages arrive at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, Protocol

from switchsim.conformance.q784.messages import CODES, USUAL_CIC, Values, number_of
from switchsim.conformance.q784.octets import Message, read
from switchsim.conformance.verdict import LogLine
from switchsim.proto import isup
from switchsim.proto.isup import actions as act
from switchsim.units import seconds

_LONG: Final = {"ACCESS": 0x03, "USER": 0x20}  # access transport, user-to-user information
USUAL_CALLED: Final = "5551234"
USUAL_CALLING: Final = "13800138000"


class Seen(NamedTuple):
    """A message that came from the implementation under test."""

    at: int
    message: Message


class Told(NamedTuple):
    """What the user of ISUP was told."""

    at: int
    word: str
    values: Values


class Bench(Protocol):
    """What a run needs of a bench. `seen`, `told`: queues for the run."""

    seen: deque[Seen]
    told: deque[Told]
    log: list[LogLine]
    answers_itself: bool
    """The implementation under test has users of its own: what they are told is not seen, and they act unasked."""
    patience: int
    """Cycles that a `>` or `?` without a window is waited for."""
    tolerance: int
    """Cycles by which the way from and to the implementation under test may blur a window."""

    @property
    def now(self) -> int: ...
    def order(self, name: str, values: Values) -> None: ...
    def send(self, octets: bytes) -> None: ...
    def advance(self, until: int) -> None:
        """Run to `until`, or until something was seen or told."""
        ...


def _cic(values: Values) -> int:
    return values.get("CIC", USUAL_CIC)


def _range(values: Values) -> list[int]:
    first = values.get("FIRST", USUAL_CIC)
    return list(range(first, first + values.get("COUNT", 1)))


def _long(values: Values) -> tuple[tuple[int, bytes], ...]:
    """Parameters that make a message long: so many octets of each."""
    return tuple((code, bytes(range(values[key]))) for key, code in _LONG.items() if key in values)


def _set_up(user: isup.Isup, values: Values) -> Iterable[Any]:
    code = CODES.get(values.get("CODE", 0), "")
    request = isup.SetupRequest(
        called=code + str(values.get("CALLED", USUAL_CALLED)), calling=str(values.get("CALLING", USUAL_CALLING)),
        category=values.get("CATEGORY", 10), medium=values.get("MEDIUM", 0), satellite=values.get("SATELLITE", 0),
        complete="incomplete" not in values, continuity="check" in values, extra=_long(values))  # fmt: skip
    return user.setup(request, values.get("CIC", USUAL_CIC))[1]


def _address_complete(user: isup.Isup, values: Values) -> Iterable[Any]:
    return user.address_complete(_cic(values), values.get("STATUS", 1), values.get("CHARGE", 2), "in-band" in values,
                                 _long(values))


_ORDERS: Final[dict[str, Callable[[isup.Isup, Values], Iterable[Any]]]] = {
    "SETUP": _set_up,
    "DIGITS": lambda user, v: user.more_digits(_cic(v), str(v["DIGITS"]) if "DIGITS" in v else "", "complete" in v),
    "ADDRESS-COMPLETE": _address_complete,
    "PROGRESS": lambda user, v: user.progress(_cic(v), v.get("EVENT", 1), "in-band" in v),
    "ANSWER": lambda user, v: user.answer(_cic(v)),
    "OVERLOAD": lambda user, v: user.overload(_cic(v)),
    "SUSPEND": lambda user, v: user.suspend_call(_cic(v), bool(v.get("NETWORK", 1))),
    "RESUME": lambda user, v: user.resume_call(_cic(v), bool(v.get("NETWORK", 1))),
    "RELEASE": lambda user, v: user.release(_cic(v), v.get("CAUSE", 16)),
    "FORWARD-TRANSFER": lambda user, v: user.forward_transfer(_cic(v)),
    "INFORMATION": lambda user, v: user.information(_cic(v)),
    "TONE": lambda user, v: user.continuity_heard(_cic(v), "heard" in v),
    "CHECK": lambda user, v: user.check(_cic(v)),
    "BLOCK": lambda user, v: user.block(_cic(v), True),
    "UNBLOCK": lambda user, v: user.block(_cic(v), False),
    "BLOCK-GROUP": lambda user, v: user.block_group(_range(v), True, "hardware" in v),
    "UNBLOCK-GROUP": lambda user, v: user.block_group(_range(v), False, "hardware" in v),
    "RESET": lambda user, v: user.reset(_cic(v)),
    "RESET-GROUP": lambda user, v: user.reset_group(_range(v)),
    "QUERY": lambda user, v: user.query(_range(v)),
    "CONGESTED": lambda user, v: user.congested(v.get("LEVEL", 1)),
    "MTP-PAUSE": lambda user, v: user.pause(),
    "MTP-RESUME": lambda user, v: user.resume(),
    "MTP-CONGESTION": lambda user, v: user.status("congestion"),
    "MTP-USER-INACCESSIBLE": lambda user, v: user.status("user_inaccessible"),
    "MTP-USER-UNKNOWN": lambda user, v: user.status("user_unknown"),
    "MTP-USER-UNEQUIPPED": lambda user, v: user.status("user_unequipped"),
}


def _digits(text: str) -> int:
    return number_of(text)[0]


_STATUS: Final = {"available": ("AVAILABLE", "ON"), "user_part": ("USER-PART", "ON"), "congestion": (
    "CONGESTION", "STEP"), "acl": ("CONGESTION-LEVEL", "LEVEL")}
_TONES: Final = {"send": "SEND-TONE", "loop": "LOOP", "off": "TONE-OFF"}
_WORDS: Final[dict[type, Callable[[Any], tuple[str, Values]]]] = {
    act.SetupInd: lambda a: ("SETUP", {
        "CALLED": _digits(a.called), "CODE": number_of(a.called)[1], "CALLING": _digits(a.calling),
        "CATEGORY": a.category, "MEDIUM": a.medium,
        "COMPLETE": int(a.complete), "CHECKED": int(a.checked), "PRESENTATION": a.presentation}),
    act.DigitsInd: lambda a: ("DIGITS", {"DIGITS": _digits(a.digits), "COMPLETE": int(a.complete)}),
    act.AddressCompleteInd: lambda a: ("ADDRESS-COMPLETE", {
        "STATUS": a.status, "CHARGE": a.charge, "INBAND": int(a.in_band)}),
    act.ProgressInd: lambda a: ("PROGRESS", {"EVENT": a.event, "INBAND": int(a.in_band)}),
    act.AnswerInd: lambda a: ("ANSWER", {}),
    act.ConnectedInd: lambda a: ("CONNECTED", {}),
    act.SuspendInd: lambda a: ("SUSPENDED", {"NETWORK": int(a.network)}),
    act.ResumeInd: lambda a: ("RESUMED", {"NETWORK": int(a.network)}),
    act.ForwardTransferInd: lambda a: ("FORWARD-TRANSFER", {}),
    act.InformationInd: lambda a: ("INFORMATION", {"CALLING": _digits(a.calling), "CATEGORY": a.category}),
    act.ReleasedInd: lambda a: ("RELEASED", {"CAUSE": a.cause, "PEER": int(a.by_peer)}),
    act.SetupFailed: lambda a: ("FAILED", {"AGAIN": int(a.try_again)}),
    act.IdleInd: lambda a: ("IDLE", {}),
    act.BlockedInd: lambda a: ("BLOCKED" if a.on else "UNBLOCKED", {
        "PEER": int(a.by == "peer"), "HARDWARE": int(a.kind == "hardware")}),
    act.CheckTone: lambda a: (_TONES[a.mode], {}),
    act.QueryInd: lambda a: ("STATES", {"STATES": int.from_bytes(a.states, "big")}),
    act.Refused: lambda a: ("REFUSED", {}),
    act.MaintenanceAlarm: lambda a: ("ALARM", {}),
    act.StatusInd: lambda a: (_STATUS[a.what][0], {_STATUS[a.what][1]: a.value}),
    act.ResetDone: lambda a: ("RESET-DONE", {"CIC": a.cics[0], "COUNT": len(a.cics)}),
}
_SILENT: Final = (act.Violation, act.MessageInd, act.InformationRequestInd, act.EarlyAcmInd)
"""Counts of management, and what only repeats a message that was sent or received."""


class AloneBench:
    """An `Isup` and its timers."""

    answers_itself = False
    patience = seconds(1)
    tolerance = 0

    def __init__(self, user: isup.Isup) -> None:
        self.user = user
        self.now = 0
        self.timers: dict[str, int] = {}
        self.seen: deque[Seen] = deque()
        self.told: deque[Told] = deque()
        self.log: list[LogLine] = []

    def order(self, name: str, values: Values) -> None:
        """What the user of ISUP, or management, asks for."""
        self.log.append(LogLine(self.now, "!", b"", name))
        self._do(_ORDERS[name](self.user, values))

    def send(self, octets: bytes) -> None:
        """A message from the tester."""
        self.log.append(LogLine(self.now, "<", octets, str(read(octets))))
        self._do(self.user.receive(octets))

    def advance(self, until: int) -> None:
        """Run to `until`, or until something was seen or told."""
        before = len(self.seen) + len(self.told)
        while len(self.seen) + len(self.told) == before:
            at, name = min(((at, name) for name, at in self.timers.items()), default=(until, ""))
            self.now = min(at, until)
            if not name or at > until:
                return
            del self.timers[name]
            self._do(self.user.timer(name))

    def _do(self, actions: Iterable[Any]) -> None:
        for action in actions:
            if isinstance(action, act.SendMsu):
                message = read(action.data)
                if action.sls != message.cic & 15:  # Q.764 1.1: SLS, the lowest bits of the CIC
                    message = message._replace(wrong=f"signalling link selection {action.sls}")
                self.log.append(LogLine(self.now, ">", action.data, str(message)))
                self.seen.append(Seen(self.now, message))
            elif isinstance(action, act.StartTimer):
                self.timers[action.name] = self.now + action.cycles
            elif isinstance(action, act.StopTimer):
                self.timers.pop(action.name, None)
            elif not isinstance(action, _SILENT):
                word, values = _WORDS[type(action)](action)
                values = {"CIC": getattr(action, "cic", 0), **values}
                self.told.append(Told(self.now, word, values))
                said = " ".join(f"{key}={value}" for key, value in values.items())
                self.log.append(LogLine(self.now, "?", b"", f"{word} {said}"))
