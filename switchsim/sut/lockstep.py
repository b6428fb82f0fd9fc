"""The lockstep clock: the machine tells a program the time, the program answers with its next deadline.

`--clock unix:PATH`, SOCK_SEQPACKET, the machine is master. A question is a u64 little-endian time in microseconds; the
answer is 16 octets, two u64: the time that was told and the program's next deadline (2^64-1 none, 2^64-2 finished).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from typing import Final

from switchsim.errors import InvalidRun, SutCrashed
from switchsim.kernel.inputs import InputKind
from switchsim.sut.options import ClockOption
from switchsim.sut.sockets import Listener, Program, poll_for

US_PER_CYCLE: Final = 125
NO_DEADLINE: Final = 2**64 - 1
FINISHED: Final = 2**64 - 2
MAX_IDLE_ANSWERS: Final = 1000
"""So many answers in a row that bring nothing forward end the run."""

_FAREWELL_S: Final = 1.0

_QUESTION: Final = struct.Struct("<Q")
_ANSWER: Final = struct.Struct("<QQ")

Relieve = Callable[[], None]
"""Called when an answer takes long: reads what a program may be blocked on."""
RELIEF_S: Final = 0.2
"""An answer takes long after so many wall seconds. Until then nothing is read, so that it is no race how much of a
flood a program gets rid of before its answer."""


def deadline_cycle(deadline_us: int, now_cycle: int) -> int:
    """The cycle of a deadline: rounded up; one not later than now means the next cycle."""
    return max(-(-deadline_us // US_PER_CYCLE), now_cycle + 1)


class Clock:
    """One clocked program."""

    def __init__(self, option: ClockOption, label: str = "--clock") -> None:
        """Listen; raises BadInput when the path can not be had."""
        self.option = option
        self.listener = Listener(option.path, label)
        self.deadline_cycle: int | None = 0
        """Cycle at which it wants to be told the time; None: only when something happens."""
        self.finished = False
        self._idle_answers = 0
        self._moved = 0

    @property
    def program(self) -> Program | None:
        return self.listener.program

    @property
    def live(self) -> bool:
        """True while it must be told the time."""
        return self.program is not None and not self.finished

    @property
    def pid(self) -> int:
        """Process of the program; 0 when unknown."""
        return self.program.pid if self.program is not None else 0

    def due(self, now_cycle: int) -> bool:
        """True when the deadline of a program that is still asked has come."""
        return self.live and self.deadline_cycle is not None and self.deadline_cycle <= now_cycle

    def accept(self) -> tuple[bool, int]:
        """Take a program that came (also one that comes back): (one came, second ones refused)."""
        came, refused = self.listener.accept()
        if came:
            self.deadline_cycle = 0
            self._idle_answers = 0
        return came, refused

    def tell(self, now_cycle: int, timeout_s: float, relieve: Relieve, moved: Callable[[], int]) -> InputKind | None:
        """Tell the time and wait for the answer; FINISHED, CLOSED when the program closed instead, else None.

        `moved()` counts the datagrams moved so far: an answer that asks for now again, with none moved since the one
        before, is no progress.
        Raises InvalidRun for a wrong answer, for none in `timeout_s` wall seconds and for 1,000 without progress, and
        SutCrashed when the process has ended without its clock being closed.
        """
        assert self.program is not None
        answer = self._ask(self.program, now_cycle * US_PER_CYCLE, timeout_s, relieve)
        if answer is None:
            return InputKind.CLOSED
        deadline_us = self._check(answer, now_cycle)
        self.finished = deadline_us == FINISHED
        self.deadline_cycle = None if deadline_us >= FINISHED else deadline_cycle(deadline_us, now_cycle)
        before, self._moved = self._moved, moved()
        self._count_idle(deadline_us <= now_cycle * US_PER_CYCLE and self._moved == before, now_cycle)
        return InputKind.FINISHED if self.finished else None

    def gone(self) -> None:
        """Its program closed the clock: not waited for any more, until one comes back.

        A process that is just ending is let end first, so that whatever else it held is closed too, in every run.
        """
        assert self.program is not None
        self.program.wait_end(_FAREWELL_S)
        self.listener.drop()

    def accept_only(self) -> None:
        """Before the run: take a program, and let one that went again make place."""
        if self.program is not None and self.program.hung_up():
            self.listener.drop()
        self.accept()

    def close(self) -> None:
        self.listener.close()

    def _ask(self, program: Program, now_us: int, timeout_s: float, relieve: Relieve) -> bytes | None:
        if not program.send(_QUESTION.pack(now_us)):
            return None
        last = time.monotonic() + timeout_s
        while True:
            try:
                return program.receive()
            except BlockingIOError:
                pass
            left = last - time.monotonic()
            if left <= 0:
                raise self._silent(program, now_us, timeout_s)
            if not poll_for([program.socket.fileno()], min(left, RELIEF_S)):
                relieve()

    def _count_idle(self, idle: bool, now_cycle: int) -> None:
        self._idle_answers = self._idle_answers + 1 if idle else 0
        if self._idle_answers >= MAX_IDLE_ANSWERS:
            raise InvalidRun(f"{self.option.name}: {MAX_IDLE_ANSWERS} answers without progress at cycle {now_cycle}; "
                             "expected a deadline after the time that is told")

    def _check(self, answer: bytes, now_cycle: int) -> int:
        if len(answer) != _ANSWER.size:
            raise InvalidRun(f"{self.option.name}: an answer of {len(answer)} octets at cycle {now_cycle}; expected 16")
        told_us, deadline_us = _ANSWER.unpack(answer)
        if told_us != now_cycle * US_PER_CYCLE:
            raise InvalidRun(f"{self.option.name}: the answer repeats time {told_us} us, told was "
                             f"{now_cycle * US_PER_CYCLE} us; expected the time that was told")
        return int(deadline_us)

    def _silent(self, program: Program, now_us: int, timeout_s: float) -> SutCrashed | InvalidRun:
        text = f"{self.option.name}: no answer to time {now_us} us within {timeout_s:g} s"
        if program.died():
            return SutCrashed(f"{text}; its process has ended")
        return InvalidRun(f"{text}; the program must answer each time that it is told (--peer-timeout)")


class LockstepClock:
    """All clocks of a run, in the order of the options.

    Every program is told the time at the same stops: when the deadline of one has come, or when something was sent to
    one (`sent`). Each answers before the next is told.
    """

    def __init__(self, clocks: Sequence[Clock], peer_timeout_s: float) -> None:
        self.clocks = clocks
        self.sent = False
        """Something was sent to a program since the last stop."""
        self._peer_timeout_s = peer_timeout_s

    def stops_at(self, now_cycle: int) -> bool:
        """True when the programs are to be told the time now."""
        return (self.sent and any(clock.live for clock in self.clocks)) or any(
            clock.due(now_cycle) for clock in self.clocks)

    def next_deadline(self, now_cycle: int) -> int | None:
        """The next stop after `now_cycle`; None when no clock asks for one."""
        live = [clock for clock in self.clocks if clock.live]
        if self.sent and live:
            return now_cycle + 1
        wanted = [clock.deadline_cycle for clock in live if clock.deadline_cycle is not None]
        return max(min(wanted), now_cycle + 1) if wanted else None

    def pids(self) -> set[int]:
        """Processes of the programs that are still asked."""
        return {clock.pid for clock in self.clocks if clock.live} - {0}

    def finished_pids(self) -> set[int]:
        return {clock.pid for clock in self.clocks if clock.finished} - {0}

    def finished(self) -> bool:
        """True when a program has said *finished* and every other one has too, or is gone."""
        return any(clock.finished for clock in self.clocks) and not any(clock.live for clock in self.clocks)

    def tell(self, now_cycle: int, relieve: Relieve, moved: Callable[[], int]) -> list[tuple[int, InputKind]]:
        """Tell every program the time; what became of them as (index of the clock, FINISHED or CLOSED)."""
        self.sent = False
        news = []
        for index, clock in enumerate(self.clocks):
            if not clock.live:
                continue
            kind = clock.tell(now_cycle, self._peer_timeout_s, relieve, moved)
            if kind is InputKind.CLOSED:
                clock.gone()
            if kind is not None:
                news.append((index, kind))
        return news

    def accept(self) -> list[tuple[int, InputKind]]:
        """Programs that came (back), and second ones that were closed: (index of the clock, CONNECTED or REFUSED)."""
        news = []
        for index, clock in enumerate(self.clocks):
            came, refused = clock.accept()
            news += [(index, InputKind.CONNECTED)] * came + [(index, InputKind.REFUSED)] * refused
        return news
