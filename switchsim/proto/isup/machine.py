"""ISUP between this exchange and one other: what comes in, what is asked (Q.764)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from switchsim.proto.isup import (
    blocking,
    compat,
    incoming,
    network,
    outgoing,
    segments,
    supervision,
)
from switchsim.proto.isup.actions import Action, Refused
from switchsim.proto.isup.codec import DecodeError, Message, decode
from switchsim.proto.isup.core import Core
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import Block, Circuit, Cpc, IsupConfig, IsupState, SetupRequest
from switchsim.proto.isup.table import ASKED, EXPIRIES, GROUP_MESSAGES, MESSAGES, RELATION_MESSAGES

_LATE = {13: 12, 15: 14, 19: 18, 21: 20, 23: 22}
_NOT_SEGMENTS = frozenset((*GROUP_MESSAGES, *RELATION_MESSAGES))
_ANSWERED_WITH_UCIC = frozenset({
    MessageType.IAM, MessageType.CCR, MessageType.RSC, MessageType.BLO, MessageType.UBL, MessageType.GRS,
    MessageType.CGB, MessageType.CGU, MessageType.CQM,
})  # fmt: skip
"""Messages that begin something on a circuit: an answer to any other might meet one coming back."""


class Isup:
    """All circuits of one relation over an `IsupState`; every method returns its actions, to be done in that order.

    Requests that a circuit's state does not allow change nothing and return `Refused`: the peer may have cleared the
    call in the same instant. `trace`, when a list, collects (box, state, event) of `table`; it is no part of the state.
    """

    def __init__(self, state: IsupState, config: IsupConfig) -> None:
        self.state, self.config = state, config
        self._core = Core(state, config)
        self._circuits = state.circuits

    @property
    def trace(self) -> list[tuple[str, int, int | str]] | None:
        return self._core.trace

    @trace.setter
    def trace(self, trace: list[tuple[str, int, int | str]] | None) -> None:
        self._core.trace = trace

    def _begin(self) -> list[Action]:
        out: list[Action] = []
        self._core.out = out
        return out

    # -- messages ----------------------------------------------------------------------------------------------------

    def receive(self, octets: bytes) -> list[Action]:
        """Take one message, from the CIC on (MTP-TRANSFER indication). Never raises."""
        core = self._core
        out = self._begin()
        message = decode(octets)
        if isinstance(message, DecodeError):
            self._unreadable(message)
            return out
        core.octets = octets
        if not self.state.user_available:
            network.heard(core)
        kind = message.type
        if kind in RELATION_MESSAGES:
            if kind == MessageType.UPT:
                core.send(message.cic, MessageType.UPA)
            return out
        circuit = self._circuits.get(message.cic)
        if circuit is None:
            self._unequipped(message)
            return out
        if circuit.unequipped_remote and kind != MessageType.UCIC:
            circuit.unequipped_remote = False
        if circuit.timers >> 34 & 1 and kind not in _NOT_SEGMENTS:
            self._segment(circuit, message if kind == MessageType.SGM else None)
            if kind == MessageType.SGM:
                return out
            core.octets = octets
        self._dispatch(circuit, message)
        core.notice = b""
        return out

    def _dispatch(self, circuit: Circuit, message: Message) -> None:
        core = self._core
        kind = message.type
        procedure = MESSAGES[circuit.cpc].get(kind)
        if procedure is None:
            compat.unknown_message(core, circuit, message)
            return
        known = compat.KNOWN[kind]
        for code, _ in message.parameters:
            if code not in known:
                if not compat.unknown_parameters(core, circuit, message):
                    return
                break
        if core.trace is not None:
            core.trace.append(("CPC", circuit.cpc, kind))
        procedure(core, circuit, message)

    def _unreadable(self, error: DecodeError) -> None:
        """A message that has a format error is discarded (2.9.5)."""
        self._core.violation(error.clause, error.reason, error.cic)

    def _unequipped(self, message: Message) -> None:
        """A circuit that is not equipped: discarded, and answered with UCIC where that may be (2.12)."""
        core = self._core
        core.violation("2.12", f"message type 0x{message.type:02x} for a circuit that is not equipped", message.cic)
        if self.config.ucic and message.type in _ANSWERED_WITH_UCIC:
            core.send(message.cic, MessageType.UCIC)

    def _segment(self, circuit: Circuit, segment: Message | None) -> None:
        """T34 ends: with the segment, at its expiry, or because another message shows that none comes (2.1.12)."""
        core = self._core
        core.stop(circuit, 34)
        if segment is not None:
            core.note("CPC", circuit.cpc, segment.type)
            circuit.segment = core.octets
        if circuit.cpc is Cpc.I_WAIT_ACM:
            incoming.offer_held(core, circuit)
        elif circuit.cpc is not Cpc.I_CHECK:
            message = segments.take(core, circuit)
            if message is not None:
                self._dispatch(circuit, message)

    # -- timers ------------------------------------------------------------------------------------------------------

    def timer(self, name: str) -> list[Action]:
        """A timer expired; `name` as started. One that does not run changes nothing."""
        out = self._begin()
        kind, _, key = name.partition("/")
        number = int(kind[1:])
        if not key:
            network.timer(self._core, name)
        elif 18 <= number <= 23 or number == 28:
            self._group_timer(number, key)
        else:
            self._circuit_timer(number, int(key))
        return out

    def _circuit_timer(self, number: int, cic: int) -> None:
        core = self._core
        circuit = self._circuits.get(cic)
        if circuit is None or not circuit.timers >> number & 1:
            return
        circuit.timers &= ~(1 << number)
        if number in blocking.BLOCKING_TIMERS:
            core.note("BLS", circuit.maint_local, f"t{number}")
            blocking.BLOCKING_TIMERS[number](core, circuit)
            return
        if core.trace is not None:
            core.trace.append(("CPC", circuit.cpc, f"t{number}"))
        if number == 34:
            self._segment(circuit, None)
        else:
            EXPIRIES[circuit.cpc][number](core, circuit)

    def _group_timer(self, number: int, key: str) -> None:
        core = self._core
        name = f"t{_LATE.get(number, number)}/{key}"
        group = self.state.groups.get(name)
        if group is None or (group.late and number not in _LATE):
            return
        if number == 28:
            del self.state.groups[name]
            supervision.expired_t28(core, group)
        elif number >= 22:
            core.note("CGRS", Cpc.GROUP_RESET, f"t{number}")
            supervision.repeat_reset(core, name, group, number)
        else:
            blocks = Block.BLOCKING if number < 20 else Block.UNBLOCKING
            core.note("HLB" if group.hardware else "MGBS", blocks, f"t{number}")
            blocking.repeat_group(core, name, group, number)

    # -- calls -------------------------------------------------------------------------------------------------------

    def setup(self, request: SetupRequest, cic: int | None = None) -> tuple[int | None, list[Action]]:
        """Set a call up on `cic`, or on a circuit of our choice: its CIC, or None with `SetupFailed(0, ...)`."""
        out = self._begin()
        return outgoing.set_up(self._core, request, cic), out

    def more_digits(self, cic: int, digits: str, complete: bool = False) -> list[Action]:
        """SAM; refused once the number has been complete."""
        return self._request(cic, "more_digits", digits, complete)

    def address_complete(
        self, cic: int, status: int = 1, charge: int = 2, in_band: bool = False,
        extra: Sequence[tuple[int, bytes]] = (),
    ) -> list[Action]:  # fmt: skip
        """ACM. `status` 0 no indication, 1 subscriber free, 2 connect when free; `charge` 0 none, 1 free, 2 charge."""
        return self._request(cic, "address_complete", status, charge, in_band, extra)

    def progress(
        self, cic: int, event: int, in_band: bool = False, extra: Sequence[tuple[int, bytes]] = ()
    ) -> list[Action]:
        """CPG; `event` 1 alerting, 2 progress, 3 in-band information, 4, 5, 6 forwarded."""
        return self._request(cic, "progress", event, in_band, extra)

    def answer(self, cic: int, extra: Sequence[tuple[int, bytes]] = ()) -> list[Action]:
        """ANM, or CON where no ACM has been sent."""
        return self._request(cic, "answer", extra)

    def overload(self, cic: int) -> list[Action]:
        """OLM instead of ACM: the circuit is to rest (2.9.9)."""
        return self._request(cic, "overload")

    def suspend_call(self, cic: int, network: bool = True) -> list[Action]:
        return self._request(cic, "suspend_call", network)

    def resume_call(self, cic: int, network: bool = True) -> list[Action]:
        return self._request(cic, "resume_call", network)

    def leave_supervision(self, cic: int) -> list[Action]:
        """Another exchange controls the suspended call and has been told: T2 and T6 run there only (2.4.1)."""
        out = self._begin()
        circuit = self._circuits.get(cic)
        if circuit is not None and circuit.suspended:
            self._core.stop(circuit, 2)
            self._core.stop(circuit, 6)
        return out

    def release(self, cic: int, cause: int = 16, location: int = -1) -> list[Action]:
        """REL; `location` -1: that of the configuration."""
        return self._request(cic, "release", cause, location)

    def forward_transfer(self, cic: int) -> list[Action]:
        return self._request(cic, "forward_transfer")

    def information(self, cic: int) -> list[Action]:
        """INR: ask for the calling party's number and category; `InformationInd` follows."""
        return self._request(cic, "information")

    def continuity_heard(self, cic: int, ok: bool) -> list[Action]:
        """What the check tone receiver found after `CheckTone(cic, "send")`."""
        return self._request(cic, "heard" if ok else "not_heard")

    def check(self, cic: int) -> list[Action]:
        """A continuity check of an idle circuit (CCR)."""
        return self._request(cic, "check")

    def _request(self, cic: int, name: str, *arguments: Any) -> list[Action]:
        core = self._core
        out = self._begin()
        circuit = self._circuits.get(cic)
        if circuit is None:
            out.append(Refused(cic, name, -1))
            return out
        if core.trace is not None:
            core.trace.append(("CPC", circuit.cpc, name))
        procedure = ASKED[circuit.cpc].get(name)
        if procedure is None or (circuit.held and circuit.cpc is Cpc.I_WAIT_ACM):
            out.append(Refused(cic, name, circuit.cpc))
        else:
            procedure(core, circuit, *arguments)
        return out

    # -- supervision -------------------------------------------------------------------------------------------------

    def block(self, cic: int, on: bool) -> list[Action]:
        """BLO or UBL (maintenance); `BlockedInd` when the peer has acknowledged."""
        out = self._begin()
        circuit = self._circuits.get(cic)
        if circuit is None:
            out.append(Refused(cic, "block", -1))
        else:
            blocking.request_block(self._core, circuit, on)
        return out

    def block_group(self, cics: Sequence[int], on: bool, hardware: bool = False) -> list[Action]:
        """CGB or CGU over these circuits, those not equipped left out; calls on them end when `hardware`."""
        out = self._begin()
        blocking.request_group(self._core, cics, hardware, on)
        return out

    def reset(self, cic: int) -> list[Action]:
        """RSC; `ResetDone` follows."""
        return self._request(cic, "reset")

    def reset_group(self, cics: Sequence[int]) -> list[Action]:
        """GRS over these circuits, RSC where one stands alone; a `ResetDone` for each follows."""
        out = self._begin()
        supervision.request_reset_group(self._core, cics)
        return out

    def restart_all(self) -> list[Action]:
        """Reset every circuit: after a start nobody knows what the peer thinks of them (2.9.3)."""
        return self.reset_group(list(self._circuits))

    def query(self, cics: Sequence[int]) -> list[Action]:
        """CQM; `QueryInd` follows."""
        out = self._begin()
        if not supervision.request_query(self._core, cics):
            out.append(Refused(cics[0], "query", self._circuits[cics[0]].cpc if cics[0] in self._circuits else -1))
        return out

    def congested(self, level: int) -> list[Action]:
        """This exchange's own load: 1 or 2 goes into each REL as automatic congestion level (2.11), 0 ends that."""
        self.state.own_level = level
        return []

    # -- the MTP -----------------------------------------------------------------------------------------------------

    def pause(self) -> list[Action]:
        out = self._begin()
        network.pause(self._core)
        return out

    def resume(self) -> list[Action]:
        out = self._begin()
        network.resume(self._core)
        return out

    def status(self, cause: str, level: int = 0) -> list[Action]:
        """MTP-STATUS; `cause` one of `network.CAUSES`."""
        out = self._begin()
        network.status(self._core, cause, level)
        return out

    # -- what it looks like ------------------------------------------------------------------------------------------

    def circuit_state(self, cic: int) -> int:
        """The circuit's octet as in CQR (Q.763 3.14); 3 unequipped, 0 in transition."""
        return supervision.state_octet(self._circuits.get(cic))

    # -- switchover of the processor ---------------------------------------------------------------------------------

    def export_call(self, cic: int) -> Circuit | None:
        """A copy of a call in talk, for another processor; None when there is none."""
        circuit = self._circuits.get(cic)
        return msgspec.structs.replace(circuit) if circuit is not None and outgoing.adopted(circuit) else None

    def adopt_call(self, cic: int, call: Circuit) -> bool:
        """Take over a call in talk, with its blocking; False when it is not one or the circuit is not idle here.

        No timer comes along: a suspended call goes on without T2 or T6 until RES or REL.
        """
        circuit = self._circuits.get(cic)
        if circuit is None or circuit.cpc is not Cpc.IDLE or call.cic != cic or not outgoing.adopted(call):
            return False
        self._circuits[cic] = msgspec.structs.replace(call, timers=0)
        return True
