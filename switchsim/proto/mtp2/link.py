"""A signalling link's level 2 (Q.703), sans-I/O: orders, units and timers in, actions out.

The boxes stand in their own modules, their transitions in `table`; here are the ways in, and the short way that a unit
in sequence takes when nothing is wrong.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from switchsim.proto.mtp2.actions import Action, CheckRepeats, Received
from switchsim.proto.mtp2.core import Core, Dispatch
from switchsim.proto.mtp2.state import RUN, Event, Lsc, Txc
from switchsim.proto.mtp2.table import DISPATCH
from switchsim.proto.mtp2.txc import acknowledged
from switchsim.proto.mtp2.units import ACK, HEAD_OCTETS, LONGEST_MESSAGE, SHORTEST_MESSAGE

_TIMERS: Final = {
    "T1": ("lsc", Event.T1), "T2": ("iac", Event.T2), "T3": ("iac", Event.T3), "T4": ("iac", Event.T4),
    "T5": ("cc", Event.T5), "T6": ("txc", Event.T6), "T7": ("txc", Event.T7),
}  # fmt: skip
_SATURATED: Final = 65_535
"""The terminal counts repetitions up to here."""
_REPLAYED: Final = 3
"""So many repetitions at once say all that any number says: two of three is the longest rule."""


class Link(Core):
    """One link over its state; every method returns the actions in the order in which they are to be done.

    Indications to level 3 follow what goes to the terminal for the same cause, so that an owner may act on each at
    once. With `trace` every (box, state, event) is appended to it and the short way is not taken.
    """

    tables: ClassVar[Dispatch] = DISPATCH

    def _do(self, box: str, event: Event, value: Any = None) -> list[Action]:
        out: list[Action] = []
        self.out = out
        self.fire(box, event, value)
        self.settle()
        return out

    # -- orders of management and level 3 -------------------------------------------------------------------------

    def power_on(self) -> list[Action]:
        """The terminal begins to send SIOS."""
        return self._do("lsc", Event.POWER_ON)

    def power_off(self) -> list[Action]:
        """The board is pulled: all is forgotten but the counters, buffers included."""
        return self._do("lsc", Event.POWER_OFF)

    def start(self) -> list[Action]:
        """Align; `InService` or `OutOfService` follows. Clears both buffers: retrieve before."""
        return self._do("lsc", Event.START)

    def stop(self) -> list[Action]:
        """Out of service, sending SIOS, without an indication."""
        return self._do("lsc", Event.STOP)

    def emergency(self) -> list[Action]:
        """Prove for Pe, now or at the next start."""
        return self._do("lsc", Event.EMERGENCY)

    def emergency_ceases(self) -> list[Action]:
        """Prove for Pn at the next alignment."""
        return self._do("lsc", Event.EMERGENCY_CEASES)

    def local_processor_outage(self) -> list[Action]:
        """Our level 3 cannot be reached: SIPO, nothing is accepted. A failure of the link ends it, too."""
        return self._do("lsc", Event.LOCAL_OUTAGE)

    def local_processor_recovered(self) -> list[Action]:
        """Our level 3 is back; `flush_buffers()` or `continue_()` must follow before messages go on."""
        return self._do("lsc", Event.LOCAL_RECOVERED)

    def flush_buffers(self) -> list[Action]:
        """After an outage: forget all messages (`RtbCleared`), then go on as soon as both ends can."""
        return self._do("lsc", Event.FLUSH_BUFFERS)

    def continue_(self) -> list[Action]:
        """After an outage: go on with the buffers as they are as soon as both ends can."""
        return self._do("lsc", Event.CONTINUE)

    def retrieve_bsnt(self) -> list[Action]:
        """Out of service or during an outage: `Bsnt` follows at once; elsewhere nothing does."""
        return self._do("lsc", Event.RETRIEVE_BSNT)

    def retrieve(self, fsnc: int | None) -> list[Action]:
        """Give back unsent messages, each as `Retrieved`, then `RetrievalComplete`; both buffers are empty then.

        `fsnc` is the FSN that the peer last accepted (0..127): what it accepted is dropped, the rest of the
        retransmission buffer comes first, then what was never handed to the terminal. A value outside the buffer is
        unreasonable: nothing is retrieved and the buffers stay (Q.704 clause 5.7.2). None: the peer cannot tell it
        (emergency changeover), so only what was never handed to the terminal comes (Q.704 clause 5.6.2); up to
        four messages that were handed over without having begun are lost with the rest, never sent twice. Only out of
        service or during a processor outage; elsewhere nothing happens.
        """
        return self._do("lsc", Event.RETRIEVE, fsnc)

    def receive_congestion(self, on: bool) -> list[Action]:
        """Level 3 cannot take more, or can again: SIB every T5 meanwhile (clause 9)."""
        return self._do("rc", Event.CONGESTION if on else Event.NO_CONGESTION)

    def send(self, octets: bytes) -> list[Action]:
        """One message, SIO + SIF, 3..273 octets. Out of service it waits for retrieval, or for a start to drop it."""
        assert SHORTEST_MESSAGE <= len(octets) <= LONGEST_MESSAGE, f"{len(octets)} octets are no SIO + SIF"
        return self._do("txc", Event.MESSAGE, octets)

    # -- from the terminal ----------------------------------------------------------------------------------------

    def receive(self, octets: bytes, repeats_before: int = 0) -> list[Action]:
        """One unit with good check bits, no flags; `repeats_before` copies of the unit before were filtered.

        Never raises: what is no unit is counted in `bad_units`, told as `Violation` and discarded.
        """
        out: list[Action] = []
        self.out = out
        state = self.state
        if state.fast and len(octets) >= HEAD_OCTETS:
            head = octets[0] ^ state.fib
            acknowledged_count = (head - state.fsnf + 1) & 127
            if head < 128 and acknowledged_count <= len(state.rtb):
                length = len(octets) - HEAD_OCTETS
                fsnx = state.fsnx
                if length > 2:
                    if (
                        octets[1] == state.fibx | fsnx
                        and length <= LONGEST_MESSAGE
                        and octets[2] & 63 == (length if length < 63 else 63)
                    ):
                        if acknowledged_count:
                            acknowledged(self, acknowledged_count)
                        state.fsnx = (fsnx + 1) & 127
                        state.bsn = fsnx
                        state.rtr = False
                        state.messages_in_count += 1
                        state.last_unit = octets
                        out.append(ACK[state.bib | fsnx])
                        out.append(Received(octets[HEAD_OCTETS:]))
                        return out
                elif not length and octets[1] == state.fibx | (fsnx - 1) & 127 and not octets[2] & 63:
                    if acknowledged_count:
                        acknowledged(self, acknowledged_count)
                    state.last_unit = octets
                    return out
        self._receive(octets, repeats_before)
        return out

    def _receive(self, octets: bytes, repeats_before: int) -> None:
        """The long way: first the filtered repetitions that mattered, then the unit."""
        state = self.state
        if state.watching:
            self._replay(repeats_before)
        self.unwatch()
        state.last_unit = octets
        state.repeats_counted = 0
        self.fire("rc", Event.UNIT, octets)
        self._watch_on(0)
        self.settle()

    def repeated(self, n: int) -> list[Action]:
        """`n` copies of the last unit have been filtered since it came (0..65535): the answer to `CheckRepeats`."""
        out: list[Action] = []
        self.out = out
        state = self.state
        if state.watching:
            self._replay(n)
            self._watch_on(n)
            self.settle()
        return out

    def _replay(self, n: int) -> None:
        """Treat news among `n` repetitions as the units that they are; one change of state may make later ones news."""
        state = self.state
        if state.repeats_counted < 0:
            state.repeats_counted = min(n, _SATURATED - 1)
            return
        fresh = min(n - state.repeats_counted, _REPLAYED)
        for _ in range(fresh):
            self.unwatch()
            state.repeats_counted = min(n, _SATURATED - 1)
            self.fire("rc", Event.UNIT, state.last_unit)
            if state.watching:
                break

    def _watch_on(self, counted: int) -> None:
        """Two of three is not decided yet, or SIB may go on: repetitions matter still."""
        state = self.state
        if not state.watching and (state.abnormal_bsn or state.abnormal_fib or self._sib_goes_on()):
            self.watch(min(counted, _SATURATED - 1))

    def _sib_goes_on(self) -> bool:
        last = self.state.last_unit
        return self.state.sib_received and len(last) in (4, 5) and last[3] & 7 == 5

    def suerm_failure(self) -> list[Action]:
        """SUERM: too many units in error in service."""
        return self._do("lsc", Event.FAILURE, "SUERM")

    def aerm_abort(self) -> list[Action]:
        """AERM: too many units in error while proving."""
        return self._do("iac", Event.ABORT)

    def correct_su(self) -> list[Action]:
        """The first correct unit after an abort."""
        return self._do("iac", Event.CORRECT_SU)

    def low(self) -> list[Action]:
        """The terminal has begun all but as many units as `Notify` said."""
        out: list[Action] = []
        self.out = out
        self.fire("txc", Event.ROOM)
        return out

    def timer(self, name: str) -> list[Action]:
        """The timer `name` expired; one that does not run changes nothing."""
        state = self.state
        bit = RUN.get(name, 0)
        if not state.running & bit:
            return []
        state.running &= ~bit
        if name != "repeats":
            return self._do(*_TIMERS[name])
        out: list[Action] = []
        self.out = out
        if state.watching:
            self.start_timer("repeats")
            out.append(CheckRepeats())
        return out

    @property
    def in_service(self) -> bool:
        """May messages go now?"""
        return self.state.lsc is Lsc.IN_SERVICE and self.state.txc is Txc.MESSAGES
