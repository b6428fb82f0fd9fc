"""The state of a data link, and the acts that its procedures are made of (Q.921 annex B's own small procedures)."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchsim.proto.q921.actions import Action, Released, SendFrame, StartTimer, StopTimer, Violation
from switchsim.proto.q921.frames import CONTROL, Event, State
from switchsim.units import seconds

SABME, DISC, UA, DM = (CONTROL[event] for event in (Event.SABME, Event.DISC, Event.UA, Event.DM))
RR, RNR, REJ = (CONTROL[event] for event in (Event.RR, Event.RNR, Event.REJ))
CONTROL_OCTETS: Final = {
    control: tuple(bytes((control, second)) for second in range(256)) for control in (RR, RNR, REJ)
}
"""Both control octets of every S frame, by N(R) and P/F: built once, as most frames are one of them."""


class LapdState(msgspec.Struct):
    """Everything a data link remembers; plain values, so that a snapshot is its encoding.

    `queue` holds layer 3 messages from N(S) = `va` on, the first `vs` - `va` of them transmitted and not acknowledged.
    Sequence variables are 0..127, times in cycles. `t203_cycles` 0 switches the supervision off.
    """

    side: Literal["network", "user"]
    sapi: int = 0
    tei: int = 0
    t200_cycles: int = seconds(1)  # Q.921 5.9.1
    t203_cycles: int = seconds(10)  # Q.921 5.9.8
    n200: int = 3  # retransmissions, 5.9.2
    n201: int = 260  # octets of information, 5.9.3
    k: int = 7  # outstanding I frames, 5.9.5: 64 kbit/s call control
    state: State = State.TEI_ASSIGNED
    vs: int = 0
    va: int = 0
    vr: int = 0
    retransmission_count: int = 0
    queue: list[bytes] = msgspec.field(default_factory=list)
    wanted: bool = False  # layer 3 wants the link: a line that comes back establishes it
    layer3_initiated: bool = False
    peer_busy: bool = False
    own_busy: bool = False
    reject_exception: bool = False
    t200_running: bool = False
    t203_running: bool = False
    frames_in_count: int = 0
    frames_out_count: int = 0
    violations_count: int = 0
    discarded_count: int = 0  # layer 3 messages offered while there was no link


class LinkCore:
    """One data link's state with its basic acts; `_out` collects the actions of the entry under way."""

    def __init__(self, state: LapdState) -> None:
        self.state = state
        network = state.side == "network"
        first = state.sapi << 2
        self._address = bytes((first, state.tei << 1 | 1))
        self._peer_command = 0 if network else 2  # C/R: 1 in commands of the network and responses of the user
        self._command = bytes((first | (2 if network else 0), state.tei << 1 | 1))
        self._response = bytes((first | (0 if network else 2), state.tei << 1 | 1))
        self._out: list[Action] = []

    def _violation(self, clause: str, detail: str) -> None:
        self.state.violations_count += 1
        self._out.append(Violation(clause, detail))

    def _transmit(self, octets: bytes) -> None:
        self.state.frames_out_count += 1
        self._out.append(SendFrame(octets))

    def _transmit_u(self, address: bytes, control: int, pf: int) -> None:
        self._transmit(address + bytes((control | pf << 4,)))

    def _transmit_rr(self, address: bytes, pf: int) -> None:
        state = self.state
        self._transmit(address + CONTROL_OCTETS[RNR if state.own_busy else RR][state.vr << 1 | pf])

    def _start_t200(self) -> None:
        self._stop_t203()
        self.state.t200_running = True
        self._out.append(StartTimer("T200", self.state.t200_cycles))

    def _stop_t200(self) -> None:
        if self.state.t200_running:
            self.state.t200_running = False
            self._out.append(StopTimer("T200"))

    def _start_t203(self) -> None:
        self._stop_t200()
        if self.state.t203_cycles:
            self.state.t203_running = True
            self._out.append(StartTimer("T203", self.state.t203_cycles))

    def _stop_t203(self) -> None:
        if self.state.t203_running:
            self.state.t203_running = False
            self._out.append(StopTimer("T203"))

    def _discard_queue(self) -> int:
        lost_count = len(self.state.queue)
        self.state.queue.clear()
        return lost_count

    def _reset_exceptions(self) -> None:
        state = self.state
        state.peer_busy = state.reject_exception = state.own_busy = False

    def _send_sabme(self, layer3_initiated: bool) -> None:
        """ESTABLISH DATA LINK of annex B."""
        state = self.state
        self._reset_exceptions()
        state.layer3_initiated = layer3_initiated
        state.retransmission_count = 0
        state.state = State.AWAITING_ESTABLISHMENT
        self._transmit_u(self._command, SABME, 1)
        self._start_t200()

    def _send_disc(self) -> None:
        self._discard_queue()
        self.state.retransmission_count = 0
        self.state.state = State.AWAITING_RELEASE
        self._transmit_u(self._command, DISC, 1)
        self._start_t200()

    def _reestablish(self, clause: str, detail: str) -> None:
        """A condition that only a new SABME cures: layer 3 is told when it has worked (clause 5.7.1)."""
        self._violation(clause, detail)
        self._send_sabme(layer3_initiated=False)

    def _enter_established(self) -> None:
        state = self.state
        self._reset_exceptions()
        state.vs = state.va = state.vr = 0
        state.state = State.ESTABLISHED
        self._start_t203()

    def _enter_released(self, requested: bool, reason: str, to: State = State.TEI_ASSIGNED) -> None:
        self._stop_t200()
        self._stop_t203()
        self._reset_exceptions()
        self.state.state = to
        self._out.append(Released(requested, reason, self._discard_queue()))

    def _pump(self) -> bool:
        """Transmit queued I frames as far as the window goes; True when one went out (and acknowledged the peer)."""
        state = self.state
        outstanding = (state.vs - state.va) & 127
        limit = min(state.k, len(state.queue))
        if state.peer_busy or outstanding >= limit:
            return False
        while outstanding < limit:
            control = bytes((state.vs << 1, state.vr << 1))
            self._transmit(self._command + control + state.queue[outstanding])
            state.vs = (state.vs + 1) & 127
            outstanding += 1
        if not state.t200_running:
            self._start_t200()
        return True

    def _nr_valid(self, nr: int) -> bool:
        """V(A) <= N(R) <= V(S) (clause 3.5.2.3). Going back sends all again at once, so V(S) never lags behind."""
        state = self.state
        if (nr - state.va) & 127 <= (state.vs - state.va) & 127:
            return True
        self._reestablish("5.8.5", f"MDL error J: N(R) {nr} outside V(A) {state.va} .. V(S) {state.vs}")
        return False

    def _take_ack(self, nr: int) -> None:
        """V(A) := N(R): forget what the peer has."""
        state = self.state
        acknowledged = (nr - state.va) & 127
        if acknowledged:
            del state.queue[:acknowledged]
            state.va = nr

    def _ack_established(self, nr: int) -> None:
        """N(R) in state 7, peer ready: all acknowledged stops T200, some restarts it (clause 5.6.3.2)."""
        state = self.state
        if nr == state.vs:
            self._take_ack(nr)
            self._start_t203()
        elif nr != state.va:
            self._take_ack(nr)
            self._start_t200()

    def _retransmit(self) -> None:
        """INVOKE RETRANSMISSION: go back to V(A)."""
        self.state.vs = self.state.va
        self._pump()

    def _enquire(self) -> None:
        """TRANSMIT ENQUIRY: poll the peer with RR or RNR, P = 1."""
        self._transmit_rr(self._command, 1)
        self._start_t200()
