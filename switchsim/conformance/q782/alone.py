"""The bench `alone`: level 3 over a level 2 that does what Q.703 says of it, at once and without units or bits."""

from __future__ import annotations

from functools import partial
from typing import Final

from switchsim.conformance.q782.bench import Bench
from switchsim.conformance.q782.layouts import Layout
from switchsim.proto import mtp3
from switchsim.units import ms, seconds

ALIGNING: Final = ms(200)
GIVING_UP: Final = seconds(12)
"""T2 of Q.703: nobody answers the alignment."""
NOTICING: Final = ms(128)
"""A broken line: 64 errors of 16 octets each (Q.703 10.2)."""
ANSWERING: Final = ms(1)
WINDOW: Final = 127


class Level2:
    """One link, both ends of it."""

    def __init__(self, bench: AloneBench, link: int) -> None:
        self.bench = bench
        self.link = link
        self.up = self.wanted = self.held = self.unreadable = False
        self.whole = True
        self.failing = False  # a line that was broken once carries nothing more until the link has failed
        self.outage = [False, False]  # of the implementation under test, of the tester
        self.continues = True
        self.waiting: list[bytes] = []
        self.unacknowledged: list[tuple[int, bytes]] = []
        self.last_sent = self.accepted = 127
        self.attempt = 0

    # -- orders of level 3 ---------------------------------------------------------------------------------------------

    def order(self, order: str, value: int) -> None:
        if order == "start":
            self.wanted = True
            self.align()
            self.bench.later(GIVING_UP, partial(self._give_up, self.attempt))
        elif order == "stop":
            self.wanted = self.up = False
            self.attempt += 1
        elif order == "retrieve_bsnt":
            self.bench.later(ANSWERING, self._bsnt)
        elif order == "retrieve":
            self.bench.later(ANSWERING, lambda: self._retrieve(value))
        elif order == "flush":
            self.waiting.clear()
            self.unacknowledged.clear()
        elif order == "continue":
            self.continues = True
            self.pump()

    def _bsnt(self) -> None:
        point = self.bench.point
        self.bench.do(point.bsnt_unknown(self.link) if self.unreadable else point.bsnt(self.link, self.accepted))

    def _retrieve(self, value: int) -> None:
        """Q.703: what the far end has not accepted, in order; a number that can not be: nothing (Q.704 5.7.3)."""
        numbers = [(self.unacknowledged[0][0] - 1) & 127 if self.unacknowledged else self.last_sent,
                   *(fsn for fsn, _ in self.unacknowledged)]
        given: list[bytes] = []
        if value in numbers:
            given = [octets for _, octets in self.unacknowledged[numbers.index(value) :]] + self.waiting
        elif value < 0:
            given = self.waiting
        self.waiting, self.unacknowledged = [], []
        for octets in given:
            self.bench.do(self.bench.point.retrieved(self.link, octets))
        self.bench.do(self.bench.point.retrieval_complete(self.link, value < 0 or value in numbers))

    # -- in and out of service -----------------------------------------------------------------------------------------

    def align(self) -> None:
        if self.wanted and self.whole and not (self.up or self.held):
            self.attempt += 1
            self.bench.later(ALIGNING, partial(self._aligned, self.attempt))

    def _aligned(self, attempt: int) -> None:
        if attempt == self.attempt and self.wanted and self.whole and not self.held:
            self.up = self.continues = True
            self.failing = False
            self.outage = [False, False]
            self.waiting, self.unacknowledged = [], []
            self.last_sent = self.accepted = 127
            self.unreadable = False
            self.bench.came_up(self.link)
            self.bench.do(self.bench.point.in_service(self.link))

    def _give_up(self, attempt: int) -> None:
        if attempt in (self.attempt, self.attempt - 1) and self.wanted and not self.up:
            self.down("alignment not possible")

    def fails(self, attempt: int) -> None:
        if self.up and attempt == self.attempt:
            self.down("too many errors")

    def down(self, reason: str) -> None:
        self.up = self.wanted = False
        self.attempt += 1
        self.bench.do(self.bench.point.out_of_service(self.link, reason))

    # -- messages ------------------------------------------------------------------------------------------------------

    def pump(self) -> None:
        while (self.waiting and self.up and self.continues and not any(self.outage)
               and len(self.unacknowledged) < WINDOW):
            self.last_sent = (self.last_sent + 1) & 127
            octets = self.waiting.pop(0)
            if not self.failing:
                self.bench.arrived(self.link, octets)
            else:
                self.unacknowledged.append((self.last_sent, octets))


class AloneBench(Bench):
    """Level 3 and its timers."""

    def __init__(self, point: mtp3.Mtp3, layout: Layout) -> None:
        super().__init__(point, layout)
        self.level2 = {link: Level2(self, link) for link in self.links}

    def transmit(self, link: int, octets: bytes) -> None:
        level2 = self.level2[link]
        if level2.up and not (level2.failing or any(level2.outage)):
            level2.accepted = (level2.accepted + 1) & 127
            self.do(self.point.received(link, octets))

    def pass_on(self, link: int, octets: bytes) -> None:
        self.level2[link].waiting.append(octets)
        self.level2[link].pump()

    def order_level2(self, link: int, order: str, value: int) -> None:
        self.level2[link].order(order, value)

    def line(self, link: int, whole: bool) -> None:
        level2 = self.level2[link]
        level2.whole = whole
        if whole:
            level2.align()
        elif level2.up and not level2.failing:
            level2.failing = True
            self.later(NOTICING, partial(level2.fails, level2.attempt))

    def hold(self, link: int, on: bool) -> None:
        self.level2[link].held = on
        if not on:
            self.level2[link].align()

    def stop(self, link: int) -> None:
        if self.level2[link].up:
            self.level2[link].down("SIOS")

    def outage(self, link: int, ours: bool, on: bool) -> None:
        level2 = self.level2[link]
        level2.outage[not ours] = on
        level2.continues = False
        if ours:
            self.do(self.point.local_outage(link, on))
        else:
            self.do(self.point.remote_outage(link) if on else self.point.remote_recovered(link))

    def unreadable(self, link: int) -> None:
        self.level2[link].unreadable = True

    def run(self, until: int) -> None:
        self.now = until
