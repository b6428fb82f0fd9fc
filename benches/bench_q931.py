"""What one PRI call costs in signalling: Q.931 alone, LAPD alone, and both, both sides counted.

Run: python benches/bench_q931.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from switchsim.proto import q921, q931
from switchsim.proto.q931 import Interface, InterfaceState, Number, SetupRequest

CALLS_COUNT = 2000
REQUEST = SetupRequest(Number("10000"), Number("13800138000", 2, 1, 0, 3))


class Span:
    """Network and user, with LAPD between them or without."""

    def __init__(self, with_lapd: bool) -> None:
        self.with_lapd = with_lapd
        self.calls = (Interface(InterfaceState("network")), Interface(InterfaceState("user")))
        self.links = (q921.Lapd(q921.LapdState("network")), q921.Lapd(q921.LapdState("user")))
        self.messages_count = self.frames_count = 0
        self.offered = 0
        if with_lapd:
            self.run(0, self.links[0].establish())
        else:
            for call in self.calls:
                call.data_link(True)

    def run(self, side: int, actions: list[Any]) -> None:
        for action in actions:
            kind = type(action)
            if kind is q931.SendL3:
                self.messages_count += 1
                if self.with_lapd:
                    self.run(side, self.links[side].send(action.octets))
                else:
                    self.run(1 - side, self.calls[1 - side].receive(action.octets))
            elif kind is q921.SendFrame:
                self.frames_count += 1
                self.run(1 - side, self.links[1 - side].receive(action.octets))
            elif kind is q921.Data:
                self.run(side, self.calls[side].receive(action.octets))
            elif kind is q921.Established:
                self.run(side, self.calls[side].data_link(True))
            elif kind is q931.SetupInd:
                self.offered = action.key

    def call(self, caller: int) -> None:
        """SETUP, CALL PROCEEDING, ALERTING, CONNECT, CONNECT ACK, DISCONNECT, RELEASE, RELEASE COMPLETE."""
        callee = 1 - caller
        key, actions = self.calls[caller].setup(REQUEST)
        assert key is not None
        self.run(caller, actions)
        offered = self.offered
        self.run(callee, self.calls[callee].proceeding(offered))
        self.run(callee, self.calls[callee].alerting(offered, 8))
        self.run(callee, self.calls[callee].connect(offered))
        self.run(caller, self.calls[caller].disconnect(key))
        assert not self.calls[caller].state.calls


def measure_us(act: Callable[[], None], rounds_count: int = 5) -> float:
    """CPU microseconds of an act, the best of a few rounds of CALLS_COUNT."""
    best = 1e9
    for _ in range(rounds_count):
        began = time.process_time()
        for _ in range(CALLS_COUNT):
            act()
        best = min(best, time.process_time() - began)
    return best / CALLS_COUNT * 1e6


def main() -> None:
    for title, with_lapd in (("Q.931 without LAPD", False), ("Q.931 over LAPD", True)):
        span = Span(with_lapd)

        def through(span: Span = span) -> None:
            span.call(0)
            span.call(1)

        through()
        span.messages_count = span.frames_count = 0
        through()
        counted = f"{span.messages_count} messages, {span.frames_count} frames"
        print(f"{title}: a call in and out ({counted}): {measure_us(through):.0f} us")
    link = Span(True).links
    message = bytes(30)

    def exchange() -> None:
        frame = link[0].send(message)[0]
        for action in link[1].receive(frame.octets):  # type: ignore[union-attr]
            if type(action) is q921.SendFrame:
                link[0].receive(action.octets)

    print(f"LAPD: an I frame and its RR, each sent and received: {measure_us(exchange):.1f} us")


if __name__ == "__main__":
    main()
