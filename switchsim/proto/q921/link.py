"""The LAPD data link of a primary rate D channel: point to point, TEI fixed, modulo 128 (Q.921 clause 5, annex B).

The machine is one table, `TRANSITIONS`: (state, event) -> procedure. It knows no clock: timers are actions, and whoever
owns the line calls `timer(name)` when one expires.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from switchsim.proto.q921.actions import Action, Data, Established, Released, UnitData
from switchsim.proto.q921.core import CONTROL_OCTETS, DISC, DM, REJ, SABME, UA, LinkCore
from switchsim.proto.q921.frames import Event, Frame, Invalid, State, decode


class Lapd(LinkCore):
    """One data link over its state; every method returns the actions in the order in which they are to be done.

    Indications stand last, so that an owner may act on each at once: what it sends follows the frames before it.
    """

    # -- what comes in ---------------------------------------------------------------------------------------------

    def receive(self, octets: bytes) -> list[Action]:
        """Take one frame (address to information, FCS already checked and removed). Never raises."""
        out: list[Action] = []
        self._out = out
        state = self.state
        state.frames_in_count += 1
        frame = decode(octets, self._address, self._peer_command, state.n201)
        if isinstance(frame, Invalid):
            self._violation(frame.clause, frame.detail)
        else:
            _TABLE[state.state][frame.event](self, frame)
        return out

    def establish(self) -> list[Action]:
        """DL-ESTABLISH request: send SABME; `Established(requested=True)` or `Released` follows."""
        self.state.wanted = True
        return self._do(Frame(Event.ESTABLISH))

    def release(self) -> list[Action]:
        """DL-RELEASE request: send DISC; `Released(requested=True)` follows."""
        self.state.wanted = False
        return self._do(Frame(Event.RELEASE))

    def send(self, l3: bytes) -> list[Action]:
        """DL-DATA request: queue one layer 3 message of at most N201 octets.

        Without a link, and until an establishment that layer 3 asked for is confirmed, the message is discarded and
        counted in `discarded_count` (clause 5.6.1); while the link re-establishes itself it waits.
        """
        assert len(l3) <= self.state.n201, f"{len(l3)} octets of layer 3 exceed N201 = {self.state.n201}"
        return self._do(Frame(Event.DATA, info=l3))

    def timer(self, name: str) -> list[Action]:
        """The timer `name` ("T200" or "T203") expired; one that does not run changes nothing."""
        state = self.state
        running = state.t200_running if name == "T200" else name == "T203" and state.t203_running
        return self._do(Frame(Event[name])) if running else []

    def line(self, up: bool) -> list[Action]:
        """Layer 1 was activated or deactivated (PH-ACTIVATE and PH-DEACTIVATE indications)."""
        return self._do(Frame(Event.LINE_UP if up else Event.LINE_DOWN))

    def busy(self, on: bool) -> list[Action]:
        """Own receiver busy begins or ends: the peer is told to wait with RNR (clause 5.6.5)."""
        return self._do(Frame(Event.BUSY if on else Event.READY))

    def _do(self, frame: Frame) -> list[Action]:
        out: list[Action] = []
        self._out = out
        _TABLE[self.state.state][frame.event](self, frame)
        return out

    # -- state 0 and 4: no link --------------------------------------------------------------------------------------

    def _ignore(self, _: Frame) -> None:
        pass

    def _drop_data(self, _: Frame) -> None:
        self.state.discarded_count += 1

    def _line_up(self, _: Frame) -> None:
        self.state.state = State.TEI_ASSIGNED
        if self.state.wanted:
            self._send_sabme(layer3_initiated=True)

    def _line_down_idle(self, _: Frame) -> None:
        self.state.state = State.NO_LINE

    def _line_down(self, _: Frame) -> None:
        self._enter_released(False, "line down", to=State.NO_LINE)

    def _establish(self, _: Frame) -> None:
        self._send_sabme(layer3_initiated=True)

    def _already_released(self, _: Frame) -> None:
        self._out.append(Released(True, "no link"))

    def _sabme_idle(self, frame: Frame) -> None:
        self._transmit_u(self._response, UA, frame.pf)
        self._enter_established()
        self._out.append(Established(False))

    def _answer_dm(self, frame: Frame) -> None:
        self._transmit_u(self._response, DM, frame.pf)

    def _ua_unsolicited(self, frame: Frame) -> None:
        self._violation("5.8.7", f"MDL error {'C' if frame.pf else 'D'}: unsolicited UA, F = {frame.pf}")

    def _dm_idle(self, frame: Frame) -> None:
        if not frame.pf and self.state.wanted:
            self._send_sabme(layer3_initiated=True)

    def _unit_data(self, frame: Frame) -> None:
        self._out.append(UnitData(frame.info))

    # -- state 5: SABME sent -----------------------------------------------------------------------------------------

    def _answer_ua(self, frame: Frame) -> None:
        """Both send the same command at once: each answers, each waits for its own answer (clause 5.8.1)."""
        self._transmit_u(self._response, UA, frame.pf)

    def _establish_again(self, _: Frame) -> None:
        self._discard_queue()
        self.state.layer3_initiated = True

    def _ua_established(self, frame: Frame) -> None:
        if not frame.pf:
            self._ua_unsolicited(frame)
            return
        lost_count = self._discard_queue() if self.state.vs != self.state.va else 0
        self._enter_established()
        self._pump()
        self._out.append(Established(self.state.layer3_initiated, lost_count))

    def _dm_refused(self, frame: Frame) -> None:
        if frame.pf:
            self._enter_released(False, "peer refused with DM")

    def _t200_sabme(self, _: Frame) -> None:
        state = self.state
        state.t200_running = False
        if state.retransmission_count >= state.n200:
            self._violation("5.5.1.3", "MDL error G: SABME never answered")
            self._enter_released(False, "SABME never answered")
            return
        state.retransmission_count += 1
        self._transmit_u(self._command, SABME, 1)
        self._start_t200()

    def _release(self, _: Frame) -> None:
        self._send_disc()

    def _queue_data(self, frame: Frame) -> None:
        """Kept until the link is there again, unless layer 3 itself asked for a new one (annex B, state 5)."""
        if self.state.layer3_initiated:
            self.state.discarded_count += 1
        else:
            self.state.queue.append(frame.info)

    # -- state 6: DISC sent ------------------------------------------------------------------------------------------

    def _released_by_answer(self, frame: Frame) -> None:
        if frame.pf:
            self._finish_release("answered")
        elif frame.event is Event.UA:
            self._ua_unsolicited(frame)

    def _t200_disc(self, _: Frame) -> None:
        state = self.state
        state.t200_running = False
        if state.retransmission_count >= state.n200:
            self._violation("5.5.3.3", "MDL error H: DISC never answered")
            self._finish_release("DISC never answered")
            return
        state.retransmission_count += 1
        self._transmit_u(self._command, DISC, 1)
        self._start_t200()

    def _finish_release(self, reason: str) -> None:
        self._enter_released(True, reason)
        if self.state.wanted:  # asked for again meanwhile
            self._send_sabme(layer3_initiated=True)

    # -- states 7 and 8: multiple frame operation ---------------------------------------------------------------------

    def _sabme_again(self, frame: Frame) -> None:
        """The peer starts anew: what was under way is lost (clause 5.7.2)."""
        lost_count = self._discard_queue() if self.state.vs != self.state.va else 0
        self._transmit_u(self._response, UA, frame.pf)
        self._enter_established()
        self._pump()
        self._out.append(Established(False, lost_count))

    def _disc(self, frame: Frame) -> None:
        self._transmit_u(self._response, UA, frame.pf)
        self._enter_released(False, "peer sent DISC")

    def _dm_established(self, frame: Frame) -> None:
        if frame.pf:
            self._violation("5.8.7", "MDL error B: unsolicited DM, F = 1")
        else:
            self._reestablish("5.8.7", "MDL error E: peer sent DM")

    def _dm_recovery(self, frame: Frame) -> None:
        self._reestablish("5.8.7", f"MDL error {'B' if frame.pf else 'E'}: peer sent DM, F = {frame.pf}")

    def _frmr(self, _: Frame) -> None:
        self._reestablish("5.8.6", "MDL error K: peer sent FRMR")

    def _rejectable(self, frame: Frame) -> None:
        detail = "O: information longer than N201" if frame.info else "L: undefined control field or wrong length"
        self._reestablish("5.8.5", f"MDL error {detail}")

    def _note_rejectable(self, _: Frame) -> None:
        self._violation("5.8.5", "undefined control field or wrong length, no link")

    def _establish_anew(self, _: Frame) -> None:
        self._discard_queue()
        self._send_sabme(layer3_initiated=True)

    def _send_data(self, frame: Frame) -> None:
        self.state.queue.append(frame.info)
        self._pump()

    def _append_data(self, frame: Frame) -> None:
        self.state.queue.append(frame.info)

    def _accept_i(self, frame: Frame) -> bool:
        """The N(S) half of an I frame; True when its message is accepted (clauses 5.6.2, 5.8.2)."""
        state = self.state
        if frame.ns == state.vr and not state.own_busy:
            state.vr = (state.vr + 1) & 127
            state.reject_exception = False
            if frame.pf:
                self._transmit_rr(self._response, 1)
            return True
        if state.reject_exception or state.own_busy:
            if frame.pf:
                self._transmit_rr(self._response, 1)
        else:
            state.reject_exception = True
            self._transmit(self._response + CONTROL_OCTETS[REJ][state.vr << 1 | frame.pf])
        return False

    def _i_established(self, frame: Frame) -> None:
        """The message goes up last: what layer 3 answers at once must leave after the frames listed here."""
        accepted = self._accept_i(frame)
        if self._nr_valid(frame.nr):
            if self.state.peer_busy:
                self._take_ack(frame.nr)
            else:
                self._ack_established(frame.nr)
            if not self._pump() and accepted and not frame.pf:
                self._transmit_rr(self._response, 0)
        if accepted:
            self._out.append(Data(frame.info))

    def _i_recovery(self, frame: Frame) -> None:
        accepted = self._accept_i(frame)
        if self._nr_valid(frame.nr):
            self._take_ack(frame.nr)
            if accepted and not frame.pf:
                self._transmit_rr(self._response, 0)
        if accepted:
            self._out.append(Data(frame.info))

    def _supervise(self, frame: Frame) -> None:
        """What every S frame in state 7 does first: answer a poll, note an unsolicited F bit."""
        if frame.pf:
            if frame.command:
                self._transmit_rr(self._response, 1)
            else:
                self._violation("5.8.7", "MDL error A: unsolicited F = 1")

    def _rr(self, frame: Frame) -> None:
        self.state.peer_busy = False
        self._supervise(frame)
        if self._nr_valid(frame.nr):
            self._ack_established(frame.nr)
            self._pump()

    def _rnr(self, frame: Frame) -> None:
        self.state.peer_busy = True
        self._supervise(frame)
        if self._nr_valid(frame.nr):
            self._take_ack(frame.nr)
            self._start_t200()

    def _rej(self, frame: Frame) -> None:
        self.state.peer_busy = False
        self._supervise(frame)
        if self._nr_valid(frame.nr):
            self._take_ack(frame.nr)
            self._start_t203()
            self._retransmit()

    def _s_recovery(self, frame: Frame) -> None:
        """RR, RNR or REJ in timer recovery: only a response with F = 1 ends it (clause 5.6.7)."""
        state = self.state
        state.peer_busy = frame.event is Event.RNR
        if frame.command and frame.pf:
            self._transmit_rr(self._response, 1)
        if not self._nr_valid(frame.nr):
            return
        self._take_ack(frame.nr)
        if frame.command or not frame.pf:
            return
        state.state = State.ESTABLISHED
        if state.peer_busy:
            self._start_t200()
        else:
            self._start_t203()
            self._retransmit()

    def _t200_established(self, _: Frame) -> None:
        self.state.state = State.TIMER_RECOVERY
        self.state.retransmission_count = 1
        self._enquire()

    def _t203_established(self, _: Frame) -> None:
        self.state.t203_running = False
        self.state.state = State.TIMER_RECOVERY
        self.state.retransmission_count = 0
        self._enquire()

    def _t200_recovery(self, _: Frame) -> None:
        state = self.state
        if state.retransmission_count >= state.n200:
            self._reestablish("5.6.7", f"MDL error I: {state.n200} polls never answered")
            return
        state.retransmission_count += 1
        self._enquire()

    def _own_busy(self, _: Frame) -> None:
        if not self.state.own_busy:
            self.state.own_busy = True
            self._transmit_rr(self._response, 0)

    def _own_ready(self, _: Frame) -> None:
        if self.state.own_busy:
            self.state.own_busy = False
            self._transmit_rr(self._response, 0)


Procedure: TypeAlias = Callable[[Lapd, Frame], None]

_L = Lapd
_COLUMNS: Final = (
    State.NO_LINE, State.TEI_ASSIGNED, State.AWAITING_ESTABLISHMENT, State.AWAITING_RELEASE, State.ESTABLISHED,
    State.TIMER_RECOVERY,
)  # fmt: skip
_NONE: Final = _L._ignore
# One row an event, one column a state in the order of _COLUMNS (Q.921 annex B, tables of annex D).
_ROWS: Final[dict[Event, tuple[Procedure, ...]]] = {
    Event.I: (_NONE, _NONE, _NONE, _NONE, _L._i_established, _L._i_recovery),
    Event.RR: (_NONE, _NONE, _NONE, _NONE, _L._rr, _L._s_recovery),
    Event.RNR: (_NONE, _NONE, _NONE, _NONE, _L._rnr, _L._s_recovery),
    Event.REJ: (_NONE, _NONE, _NONE, _NONE, _L._rej, _L._s_recovery),
    Event.SABME: (_NONE, _L._sabme_idle, _L._answer_ua, _L._answer_dm, _L._sabme_again, _L._sabme_again),
    Event.DISC: (_NONE, _L._answer_dm, _L._answer_dm, _L._answer_ua, _L._disc, _L._disc),
    Event.UA: (_NONE, _L._ua_unsolicited, _L._ua_established, _L._released_by_answer, _L._ua_unsolicited,
               _L._ua_unsolicited),
    Event.DM: (_NONE, _L._dm_idle, _L._dm_refused, _L._released_by_answer, _L._dm_established, _L._dm_recovery),
    Event.FRMR: (_NONE, _NONE, _NONE, _NONE, _L._frmr, _L._frmr),
    Event.UI: (_NONE, *(_L._unit_data,) * 5),
    Event.XID: (_NONE,) * 6,
    Event.REJECTABLE: (_NONE, *(_L._note_rejectable,) * 3, _L._rejectable, _L._rejectable),
    Event.ESTABLISH: (_NONE, _L._establish, _L._establish_again, _NONE, _L._establish_anew, _L._establish_anew),
    Event.RELEASE: (_L._already_released, _L._already_released, _L._release, _NONE, _L._release, _L._release),
    Event.DATA: (_L._drop_data, _L._drop_data, _L._queue_data, _L._drop_data, _L._send_data, _L._append_data),
    Event.BUSY: (_NONE, _NONE, _NONE, _NONE, _L._own_busy, _L._own_busy),
    Event.READY: (_NONE, _NONE, _NONE, _NONE, _L._own_ready, _L._own_ready),
    Event.T200: (_NONE, _NONE, _L._t200_sabme, _L._t200_disc, _L._t200_established, _L._t200_recovery),
    Event.T203: (_NONE, _NONE, _NONE, _NONE, _L._t203_established, _NONE),
    Event.LINE_UP: (_L._line_up, *(_NONE,) * 5),
    Event.LINE_DOWN: (_NONE, _L._line_down_idle, *(_L._line_down,) * 4),
}  # fmt: skip

TRANSITIONS: Final[dict[tuple[State, Event], Procedure]] = {
    (state, event): row[column] for event, row in _ROWS.items() for column, state in enumerate(_COLUMNS)
}
"""Every (state, event) pair and its procedure, to print, draw and cover."""

_TABLE: Final[dict[State, tuple[Procedure, ...]]] = {
    state: tuple(TRANSITIONS[state, event] for event in Event) for state in _COLUMNS
}
