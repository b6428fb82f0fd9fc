"""The telephone user part towards one adjacent exchange: what comes in, what is asked, what MTP tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from switchsim.proto.tup import groups
from switchsim.proto.tup.actions import Action, Refused, SetupFailed, StartTimer, StatusInd, StopTimer
from switchsim.proto.tup.codec import HEX, DecodeError, Message, decode
from switchsim.proto.tup.core import TEST_CALL, Core
from switchsim.proto.tup.messages import ROWS, MessageType
from switchsim.proto.tup.setup import request_setup
from switchsim.proto.tup.state import (
    TALKING,
    Block,
    Circuit,
    Circuits,
    SetupRequest,
    TupConfig,
    TupState,
)
from switchsim.proto.tup.table import DISPATCH, REQUESTS, TIMERS, Request, refused
from switchsim.proto.tup.timers import BIT

_STUCK: Final = (Circuits.OUT_STUCK, Circuits.IN_STUCK)
_CONGESTION: Final = "congestion"
_USER: Final = "tuser"


class Tup:
    """All circuits between two exchanges over one `TupState`; every method returns its actions, in order.

    Requests that a circuit's state does not allow change nothing and return `Refused`: the peer may have cleared the
    call in the same instant.
    """

    def __init__(self, state: TupState, config: TupConfig) -> None:
        self.state, self.config = state, config
        self._core = Core(state, config)

    def _begin(self) -> list[Action]:
        out: list[Action] = []
        self._core.out = out
        return out

    # -- what comes in -----------------------------------------------------------------------------------------------

    def receive(self, data: bytes, sls: int, spare: int = 0) -> list[Action]:
        """Take the user data of one MTP-TRANSFER indication with the SLS and `spare` of its label. Never raises."""
        out = self._begin()
        core = self._core
        message = decode(sls, spare, data, self.config.variant)
        if isinstance(message, DecodeError):
            core.violation(message.clause, message.reason, message.cic)
            return out
        if not self.state.user_available:
            out.append(StopTimer(_USER))
            self._user_part(True)
        self._message(message)
        return out

    def _message(self, message: Message) -> None:
        core = self._core
        kind = message.type
        if kind not in ROWS:
            core.violation("6.5", f"no message has the heading code 0x{kind:02x}", message.cic)
        elif kind & 15 == MessageType.GRS & 15:
            self._group(message, MessageType(kind))
        elif kind == MessageType.ACC:
            core.out.append(StatusInd("acl", message.number("level")))
        elif (circuit := self.state.circuits.get(message.cic)) is None:
            core.violation("6.5", f"{message.name} for a circuit that is not equipped", message.cic)
        else:
            DISPATCH[circuit.state][kind](core, circuit, message)

    def _group(self, message: Message, kind: MessageType) -> None:
        core = self._core
        if kind is MessageType.GRS:
            groups.on_group_reset(core, message)
        elif kind is MessageType.GRA:
            groups.on_group_reset_acknowledged(core, message)
        elif kind in groups.BY_ORDER:
            groups.on_order(core, message, groups.BY_ORDER[kind])
        else:
            groups.on_answer(core, message, groups.BY_ANSWER[kind])

    def timer(self, name: str) -> list[Action]:
        """A timer expired; `name` as started, "t6/17" or "tg/MGB/1". One that does not run changes nothing."""
        out = self._begin()
        kind, _, key = name.partition("/")
        if kind == _USER:
            if not self.state.user_available:
                self._user_part(True)
            return out
        if kind in ("tg", "tx"):
            groups.expired(self._core, kind, key)
            return out
        circuit = self.state.circuits.get(int(key)) if key.isdecimal() else None
        if circuit is not None and kind in TIMERS and circuit.timers & BIT[kind]:
            circuit.timers &= ~BIT[kind]
            TIMERS[kind](self._core, circuit)
        return out

    # -- MTP ---------------------------------------------------------------------------------------------------------

    def pause(self) -> list[Action]:
        """MTP-PAUSE: the destination can not be reached. Calls in talk go on, new ones are refused."""
        out = self._begin()
        if self.state.available:
            self.state.available = False
            out.append(StatusInd("available", 0))
        return out

    def resume(self) -> list[Action]:
        """MTP-RESUME: circuits whose release found no end are reset, so that both sides agree again."""
        out = self._begin()
        if not self.state.available:
            self.state.available = True
            out.append(StatusInd("available", 1))
            for circuit in self.state.circuits.values():
                if circuit.state in _STUCK:
                    self._core.start_reset(circuit)
        return out

    def status(self, cause: str, level: int = 0) -> list[Action]:
        """MTP-STATUS: "congestion" with its level; user_unknown, _unequipped, _inaccessible: no user part there.

        Until it speaks again, or a minute has passed, calls are refused; then the next one tries.
        """
        out = self._begin()
        if cause == _CONGESTION:
            out.append(StatusInd(_CONGESTION, level))
        elif self.state.user_available:
            self._user_part(False)
            out.append(StartTimer(_USER, self._core.cycles[_USER]))
        return out

    def _user_part(self, available: bool) -> None:
        self.state.user_available = available
        self._core.out.append(StatusInd("user_part", int(available)))

    # -- calls -------------------------------------------------------------------------------------------------------

    def setup(self, request: SetupRequest, cic: int | None = None) -> tuple[int | None, list[Action]]:
        """Set a call up on circuit `cic`, or on one that the selection rule takes; None with `SetupFailed` if on none.

        Raises ValueError for digits other than "0".."9", "A".."F".
        """
        out = self._begin()
        _check_digits(request.called, request.calling, request.original)
        if not (self.state.available and self.state.user_available):
            out.append(SetupFailed(0, "unavailable", False))
            return None, out
        circuit = self._core.select() if cic is None else self._selectable(cic, request)
        if circuit is None:
            out.append(SetupFailed(0, "no_circuit" if cic is None else "not_idle", False))
            return None, out
        request_setup(self._core, circuit, request)
        return circuit.cic, out

    def _selectable(self, cic: int, request: SetupRequest) -> Circuit | None:
        circuit = self.state.circuits.get(cic)
        if circuit is None or circuit.state is not Circuits.IDLE:
            return None
        blocked = circuit.local or circuit.remote
        return None if blocked and request.category != TEST_CALL else circuit

    def more_digits(self, cic: int, digits: str, complete: bool = False) -> list[Action]:
        """SAM or SAO: more of the called number. Raises ValueError as `setup` does."""
        _check_digits(digits)
        return self._request(cic, Request.MORE_DIGITS, digits, complete)

    def address_complete(self, cic: int, free: bool = True, charge: int = 2, forwarded: bool = False) -> list[Action]:
        """ACM; `charge` 0 none said, 1 free, 2 charge, 3 coinbox."""
        return self._request(cic, Request.ADDRESS_COMPLETE, free, charge, forwarded)

    def progress(self, cic: int, event: int = 1) -> list[Action]:
        """Nothing: what ISUP says with CPG, the telephone user part has no message for."""
        return self._begin()

    def answer(self, cic: int, charge: int = 2) -> list[Action]:
        """ANC (`charge` 2), ANN (1) or ANU (0); ACM goes before it if it has not been sent."""
        return self._request(cic, Request.ANSWER, charge)

    def suspend_call(self, cic: int) -> list[Action]:
        """CBK: the called party hung up, and may come back (`resume_call`) before the calling side clears."""
        return self._request(cic, Request.SUSPEND)

    def resume_call(self, cic: int) -> list[Action]:
        """RAN: the called party is back."""
        return self._request(cic, Request.RESUME)

    def leave_supervision(self, cic: int) -> list[Action]:
        """Another exchange controls the call in clear-back and has been told: it alone waits for the re-answer."""
        out = self._begin()
        circuit = self.state.circuits.get(cic)
        if circuit is not None and circuit.state is Circuits.OUT_CLEARED_BACK:
            self._core.stop(circuit, "treanswer")
        return out

    def release(self, cic: int, cause: int, location: int = -1) -> list[Action]:
        """End a call, by CLF, CBK or the unsuccessful message for a Q.850 cause; no message carries a location."""
        return self._request(cic, Request.RELEASE, cause)

    def charge(self, cic: int, pulses: int = -1, octets: bytes = b"") -> list[Action]:
        """MPM with `pulses` 0..65535 a unit of charging time, or CHG with `octets` of a national form."""
        return self._request(cic, Request.CHARGE, pulses, octets)

    def request_information(self, cic: int, calling: bool = True, category: bool = False, original: bool = False,
                            malicious: bool = False, hold: bool = False) -> list[Action]:  # fmt: skip
        """GRQ: ask for the calling line and more; `InformationInd` brings the answer, empty when none comes."""
        values = {"calling": calling, "category": category, "original": original, "malicious": malicious, "hold": hold}
        return self._request(cic, Request.INFORMATION, {name: int(asked) for name, asked in values.items()})

    def forward_transfer(self, cic: int) -> list[Action]:
        """FOT: call an operator in at the other end."""
        return self._request(cic, Request.FORWARD_SIGNAL, "forward_transfer")

    def calling_party_clear(self, cic: int) -> list[Action]:
        """CCL: the calling party hung up, where the called one controls the release (GF 001-9001)."""
        return self._request(cic, Request.FORWARD_SIGNAL, "calling_party_clear")

    def operator(self, cic: int) -> list[Action]:
        """OPR: the operator rings again, or breaks in on a toll call (GF 001-9001)."""
        return self._request(cic, Request.FORWARD_SIGNAL, "operator")

    def malicious(self, cic: int) -> list[Action]:
        """MAL: trace this call (GF 001-9001)."""
        return self._request(cic, Request.BACKWARD_SIGNAL, "malicious")

    # -- circuits ----------------------------------------------------------------------------------------------------

    def continuity_heard(self, cic: int, ok: bool) -> list[Action]:
        """What the receiver of the check tone says, before T8: the tone came back in its limits, or it did not."""
        return self._request(cic, Request.CONTINUITY_HEARD, ok)

    def test_continuity(self, cic: int) -> list[Action]:
        """CCR on an idle circuit: check it without a call."""
        return self._request(cic, Request.TEST_CONTINUITY)

    def block(self, cic: int, on: bool) -> list[Action]:
        """BLO or UBL; `BlockedInd` by "local" when the peer has acknowledged."""
        return self._request(cic, Request.BLOCK, on)

    def block_group(
        self, cics: Sequence[int], on: bool, hardware: bool = False, software: bool = False
    ) -> list[Action]:
        """MGB, HGB, SGB or their opposites over as many ranges as it takes; unequipped circuits are refused."""
        out = self._begin()
        kind = Block.HARDWARE if hardware else Block.SOFTWARE if software else Block.MAINTENANCE
        groups.request_block_group(self._core, self._equipped(cics, "block_group"), on, kind)
        return out

    def reset(self, cic: int) -> list[Action]:
        """RSC; `ResetDone` when the peer has acknowledged. A call on the circuit ends."""
        return self._request(cic, Request.RESET)

    def reset_group(self, cics: Sequence[int]) -> list[Action]:
        """GRS over as many ranges as it takes, RSC for single circuits."""
        out = self._begin()
        groups.request_reset_group(self._core, self._equipped(cics, "reset_group"))
        return out

    def restart_all(self) -> list[Action]:
        """Reset every circuit: what an exchange does that has lost its memory."""
        return self.reset_group(tuple(self.state.circuits))

    def _equipped(self, cics: Sequence[int], request: str) -> list[int]:
        self._core.out.extend(Refused(cic, request, -1) for cic in cics if cic not in self.state.circuits)
        return [cic for cic in cics if cic in self.state.circuits]

    def _request(self, cic: int, request: Request, *arguments: Any) -> list[Action]:
        out = self._begin()
        circuit = self.state.circuits.get(cic)
        procedure = refused if circuit is None else REQUESTS[circuit.state, request]
        if circuit is None or procedure is refused:
            out.append(Refused(cic, request.name.lower(), -1 if circuit is None else circuit.state))
        else:
            procedure(self._core, circuit, *arguments)
        return out

    # -- switchover of the processor ---------------------------------------------------------------------------------

    def export_call(self, cic: int) -> Circuit | None:
        """A copy of a call in talk, for another processor; None when there is none."""
        circuit = self.state.circuits.get(cic)
        return _copy(circuit) if circuit is not None and circuit.state in TALKING else None

    def adopt_blocking(self, cic: int, local: int, remote: int) -> None:
        """Blocking of a circuit as an earlier processor knew it: bits of `Block`."""
        circuit = self.state.circuits[cic]
        circuit.local, circuit.remote = local, remote
        self._core.refresh(circuit)

    def adopt_call(self, cic: int, call: Circuit) -> bool:
        """Take over a call in talk, with its blocking; False when it is not one or the circuit is not idle here.

        No timer comes along: a call in clear-back goes on without its supervision until RAN, CLF or `release`.
        """
        circuit = self.state.circuits.get(cic)
        if circuit is None or circuit.state is not Circuits.IDLE or call.cic != cic or call.state not in TALKING:
            return False
        self.state.circuits[cic] = _copy(call)
        self._core.refresh(self.state.circuits[cic])
        return True


def _copy(circuit: Circuit) -> Circuit:
    call = msgspec.structs.replace(circuit.call) if circuit.call is not None else None
    return msgspec.structs.replace(circuit, call=call, timers=0, ordered="", tone="")


def _check_digits(*numbers: str) -> None:
    for digits in numbers:
        if any(digit not in HEX for digit in digits):
            raise ValueError(f"{digits!r} holds other digits than 0..9 and A..F")
