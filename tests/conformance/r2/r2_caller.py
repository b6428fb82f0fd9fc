"""An outgoing register written from the Recommendations alone: what it sends next depends on the last backward signal.

ITU (Q.441 with the national use of A-5) and China No.1; it follows whatever order the incoming side asks in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from r2_rows import Bench

END = 15


def signals(digits: str) -> list[int]:
    return [10 if digit == "0" else int(digit) for digit in digits]


@dataclass
class Caller:
    """Group I, then what is asked for; `cycles` keeps each pair (forward, backward)."""

    called: str
    calling: str
    category: int = 1
    service: int = 3
    variant: str = "itu"
    calling_first: bool = False
    place: int = 0
    asked: int = -1
    """-1: the calling number was not asked for; 0: its category is out; n: so many of its digits and 15 are out."""
    telling: bool = False
    group_b: bool = False
    cycles: list[tuple[int, int]] = field(default_factory=list)

    def first(self) -> int:
        return self._called()

    def next(self, backward: int) -> int:
        """The forward signal that follows; 0: register signalling is over."""
        if self.group_b or backward in (4, END):
            return 0
        if backward == 3:
            self.group_b = True
            return self.service if self.variant == "china" else self.category
        return self._china(backward) if self.variant == "china" else self._itu(backward)

    def _itu(self, backward: int) -> int:
        if backward == 5:
            return self._identity()
        steps = {1: 1, 2: -1, 7: -2, 8: -3}
        if backward == 6:
            return 0
        self.place += steps[backward]
        return self._called()

    def _china(self, backward: int) -> int:
        if backward == 6:
            self.telling = True
            return self._identity()
        if backward == 2:
            self.place = 0
            return self._called()
        assert backward == 1, f"A-{backward}"
        if self.telling:
            if self.asked <= len(self.calling) or not self.calling_first:
                return self._identity()
            self.telling = False
        self.place += 1
        return self._called()

    def _identity(self) -> int:
        self.asked += 1
        if self.asked == 0:
            return self.category
        return [*signals(self.calling), END][min(self.asked - 1, len(self.calling))]

    def _called(self) -> int:
        assert self.place >= 0
        return [*signals(self.called), END][min(self.place, len(self.called))]


def call(bench: Bench, caller: Caller) -> Caller:
    """Seize and play every compelled cycle until register signalling is over; `caller.cycles` tells what was said."""
    bench.play("line 00 -> line=11 +SeizedInd")
    forward = caller.first()
    while forward:
        bench.step = []
        bench.hear(forward)
        for _ in range(40):
            if bench.tone:
                break
            bench.wait(400)
        backward = bench.tone
        assert backward, f"no answer to {forward} after {caller.cycles}"
        caller.cycles.append((forward, backward))
        assert len(caller.cycles) < 60, caller.cycles
        bench.hear(0)
        assert bench.tone == 0, "the backward signal goes on though the forward one is gone"
        assert not bench.broken, bench.broken
        forward = caller.next(backward)
    return caller
