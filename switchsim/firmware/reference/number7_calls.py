"""What No.7 circuits mean to calls: requests of calls to ISUP or TUP, and their indications to calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from switchsim.firmware.office import Office
from switchsim.firmware.reference.core import Core
from switchsim.firmware.reference.interworking import Caller, heard
from switchsim.firmware.reference.number7_checks import Checks
from switchsim.firmware.reference.number7_lines import LineWatch
from switchsim.firmware.reference.state import Call, Leg
from switchsim.model.events import CircuitBlocked, TrunkGroup, Violated
from switchsim.proto import isup, tup
from switchsim.proto.mtp3 import Variant
from switchsim.terminals import users
from switchsim.terminals.point import SERVICE, SignallingPoint
from switchsim.terminals.users import User

if TYPE_CHECKING:
    from switchsim.firmware.reference.number7 import Number7

ALERTING: Final = 1  # event information of CPG
NO_CIRCUIT: Final = 34


class CallSide:
    """Works for Number7; `key` of a trunk leg is the CIC."""

    def __init__(self, number7: Number7) -> None:
        self.number7 = number7
        self.trunks = number7.trunks
        self.core: Core = number7.core
        self.office: Office = number7.office
        self.lines = LineWatch(self)
        self.checks = Checks(self)
        self.again: list[tuple[int, int]] = []  # call, group: to be tried on another circuit
        self.freed: list[str] = []  # lines where circuits can be used again

    def settle(self) -> None:
        """What was reported is all heard; now the circuits that it freed may be used again."""
        while self.again:
            number, group = self.again.pop(0)
            call = self.core.state.calls.get(number)
            if call is not None:
                self.trunks.try_again(group, call)
        while self.freed:
            self.trunks.try_dials(self.freed.pop(0))

    @property
    def point(self) -> SignallingPoint:
        assert self.number7.point is not None, "No.7 circuits without a signalling point"
        return self.number7.point

    def tell_groups(self) -> None:
        """Which circuits are which, for readers of the journal."""
        assert self.office.number7 is not None, "No.7 without office data"
        bits = 24 if self.office.number7.mtp3.variant is Variant.CHINA24 else 14
        for number, group in enumerate(self.office.groups):
            circuits = self.trunks.circuits_of[number]
            if group.kind in SERVICE and circuits:
                first, row = self.office.circuits[circuits[0]], self.office.number7.relations[group.index]
                event = TrunkGroup(group.line, SERVICE[group.kind], row.point_code, first.cic - first.timeslot, bits)
                self.core.world.emit(event)

    # -- requests ------------------------------------------------------------------------------------------------

    def user(self, group: int) -> tuple[int, User]:
        relation = self.office.groups[group].index
        return relation, self.point.users[relation]

    def _ask(self, leg: Leg, act: Callable[[User, int], Any]) -> None:
        relation, user = self.user(self.office.circuits[leg.circuit].group)
        self.point.do4(relation, act(user, leg.key))

    def proceeding(self, leg: Leg, further: bool) -> None:
        """Address complete, no indication of the called party: it is a service of the machine (Q.764 2.1.4.8)."""
        if not further:
            self._ask(leg, lambda user, cic: users.address_complete(user, cic, free=False))

    def alerting(self, leg: Leg) -> None:
        """CPG behind the ACM of `proceeding`, else ACM."""
        self._ask(leg, lambda user, cic: users.SAY["ACM free"](user, cic) if users.wants_address_complete(user, cic)
                  else user.progress(cic, ALERTING))  # fmt: skip

    def say(self, leg: Leg, message: str) -> None:
        self._ask(leg, users.SAY[message])

    def more_digits(self, leg: Leg) -> None:
        """T35 runs in the user part."""

    def connect(self, leg: Leg) -> None:
        self._ask(leg, lambda user, cic: user.answer(cic))

    def release(self, leg: Leg, cause: int) -> None:
        self._ask(leg, lambda user, cic: user.release(cic, cause))

    def restart(self, group: int, circuits: list[int]) -> None:
        relation, user = self.user(group)
        for index in circuits:
            self.point.do4(relation, user.reset(self.office.circuits[index].cic))

    def set_up(self, group: int, called: str, calling: str, caller: Caller | None) -> tuple[int, int]:
        """An IAM on a free circuit of the line: (circuit, CIC), or (-1, -1)."""
        relation, user = self.user(group)
        turns = self.core.state.turns
        chosen = users.hunt(user, users.turns(user.config, self._usable(group)), turns.get(group, 0))
        if chosen < 0:
            return -1, -1
        circuit = self._circuit(relation, chosen)
        check, who = self.checks.wanted(group, circuit), None
        if caller is not None:
            who = {**caller.to(self.office.groups[group].kind), "isdn": int(caller.isdn)}
        cic, actions = users.set_up(user, chosen, called, calling, check, who)
        self.point.do4(relation, actions)
        if cic is None:
            self.checks.end(circuit)
            return -1, -1
        turns[group] = cic
        return circuit, cic

    def _circuit(self, relation: int, cic: int) -> int:
        """Index of a circuit of the office, -1 for one that is not equipped."""
        assert self.office.number7 is not None, "No.7 circuits without office data"
        return self.office.number7.relations[relation].circuits.get(cic, -1)

    def _usable(self, group: int) -> list[int]:
        """CICs of a group that nothing here forbids."""
        blocked, circuits = self.core.state.blocked, self.office.circuits
        return [circuits[index].cic for index in self.trunks.circuits_of[group] if index not in blocked]

    def has_room(self, group: int) -> bool:
        _, user = self.user(group)
        return any(users.is_free(user, cic) for cic in self._usable(group))

    # -- lines ---------------------------------------------------------------------------------------------------

    def line_changed(self, group: int, in_service: bool) -> None:
        self.lines.changed(group, in_service)

    # -- hot standby ---------------------------------------------------------------------------------------------

    def export_call(self, leg: Leg) -> bytes:
        _, user = self.user(self.office.circuits[leg.circuit].group)
        return users.export_call(user, leg.key)

    def adopt_call(self, leg: Leg, octets: bytes) -> bool:
        return users.adopt_call(self.user(self.office.circuits[leg.circuit].group)[1], leg.key, octets)

    def export_group(self, group: int) -> bytes:
        _, user = self.user(group)
        return users.export_standing(user, [self.office.circuits[at].cic for at in self.trunks.circuits_of[group]])

    def adopt_group(self, group: int, octets: bytes) -> list[int]:
        users.adopt_standing(self.user(group)[1], octets)
        return []

    # -- indications ---------------------------------------------------------------------------------------------

    def indication(self, relation: int, action: Any) -> None:
        """Something that a user part reports; what a call has no use for changes nothing."""
        handler = _INDICATIONS.get(type(action))
        if isinstance(action, isup.StatusInd | tup.StatusInd):
            self._status(relation, action)
        if handler is None:
            return
        circuit = self._circuit(relation, action.cic)
        if circuit >= 0:
            handler(self, self.office.circuits[circuit].group, circuit, action)

    def _status(self, relation: int, action: Any) -> None:
        """The other exchange can be reached again, perhaps: blocking and calls wait for that."""
        if action.what == "available" and action.value:
            self.lines.in_reach(relation)
        for group in self.office.groups:
            if group.kind in SERVICE and group.index == relation:
                self.freed.append(group.line)

    def _call(self, group: int, action: Any) -> Call | None:
        return self.trunks.call_of(group, action.cic)

    def _offered(self, group: int, circuit: int, action: Any) -> None:
        calling, called = users.keyed(action.calling), users.keyed(action.called)
        caller = Caller(self.office.groups[group].kind, **users.who(action))
        self.trunks.offered(circuit, action.cic, calling, called, action.complete, caller)

    def _digits(self, group: int, circuit: int, action: Any) -> None:
        call = self._call(group, action)
        if call is not None:
            self.trunks.program.calls.more_digits(call, users.keyed(action.digits), action.complete)

    def _progress(self, group: int, circuit: int, action: Any) -> None:
        """ACM, CPG."""
        call, tandem = self._call(group, action), self.trunks.program.tandem
        if call is None:
            return
        if tandem.under_way(call):
            tandem.progress(call, heard(self.office.groups[group].kind, users.named(action)))
        elif users.subscriber_free(action):
            self.trunks.program.calls.far_alerting(call)

    def _suspended(self, group: int, circuit: int, action: Any) -> None:
        """SUS and RES, CBK and RAN."""
        call = self._call(group, action)
        if call is not None:
            on = isinstance(action, isup.SuspendInd | tup.SuspendInd)
            self.trunks.program.tandem.suspended(call, group, action.cic, on=on)

    def _answered(self, group: int, circuit: int, action: Any) -> None:
        call = self._call(group, action)
        if call is not None:
            self.trunks.program.calls.far_answered(call)

    def _released(self, group: int, circuit: int, action: Any) -> None:
        """The call is over, the circuit perhaps not idle yet."""
        call = self._call(group, action)
        if call is not None:
            by = self.trunks.by(call, group, action.cic) if action.by_peer else "machine"
            self.trunks.program.calls.leg_over(call, group, action.cic, action.cause, by)

    def _failed(self, group: int, circuit: int, action: Any) -> None:
        call = self._call(group, action)
        if action.reason == "continuity":
            self.trunks.circuit_state(circuit, "faulty")  # until a recheck finds it good
        if call is not None:
            self.trunks.set_up_failed(group, action.cic, call)
            if action.try_again:
                self.again.append((call.number, group))
            else:
                self.trunks.give_up(call)

    def _idle(self, group: int, circuit: int, action: Any) -> None:
        self.trunks.released(group, action.cic, circuit, NO_CIRCUIT, dials=False)
        self.freed.append(self.office.groups[group].line)

    def _check(self, group: int, circuit: int, action: Any) -> None:
        self.checks.tone(circuit, action.mode)

    def _blocked(self, group: int, circuit: int, action: Any) -> None:
        row = self.office.circuits[circuit]
        by = "local" if action.by == "local" else "remote"
        self.core.world.emit(CircuitBlocked(row.line, row.timeslot, by, action.kind, int(action.on)))
        self.core.dirty_groups.add(group)
        if not action.on:
            self.freed.append(row.line)

    def _alarmed(self, group: int, circuit: int, action: Any) -> None:
        row = self.office.circuits[circuit]
        self.core.world.emit(Violated(f"{row.line}:{row.timeslot}", action.clause, action.detail))


_INDICATIONS: Final[dict[type, Callable[[CallSide, int, int, Any], None]]] = {
    isup.SetupInd: CallSide._offered,
    isup.DigitsInd: CallSide._digits,
    isup.AddressCompleteInd: CallSide._progress,
    isup.ProgressInd: CallSide._progress,
    isup.SuspendInd: CallSide._suspended,
    isup.ResumeInd: CallSide._suspended,
    isup.AnswerInd: CallSide._answered,
    isup.ConnectedInd: CallSide._answered,
    isup.ReleasedInd: CallSide._released,
    isup.SetupFailed: CallSide._failed,
    isup.IdleInd: CallSide._idle,
    isup.CheckTone: CallSide._check,
    isup.BlockedInd: CallSide._blocked,
    isup.MaintenanceAlarm: CallSide._alarmed,
    tup.SetupInd: CallSide._offered,
    tup.DigitsInd: CallSide._digits,
    tup.AddressCompleteInd: CallSide._progress,
    tup.SuspendInd: CallSide._suspended,
    tup.ResumeInd: CallSide._suspended,
    tup.AnswerInd: CallSide._answered,
    tup.ReleasedInd: CallSide._released,
    tup.SetupFailed: CallSide._failed,
    tup.IdleInd: CallSide._idle,
    tup.CheckTone: CallSide._check,
    tup.BlockedInd: CallSide._blocked,
    tup.MaintenanceAlarm: CallSide._alarmed,
}
