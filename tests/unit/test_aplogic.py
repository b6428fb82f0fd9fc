"""aplogic: look-ups on their way to the database and back; slow, locked and lost."""

from __future__ import annotations

from typing import Any

import pytest
from kernel_toys import counted

from switchsim.callcentre.aplogic import Aplogic, AplogicConfig
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel, NoMedia
from switchsim.model.order import Heal, Inject, Outside
from switchsim.model.outside import Answer, Query, pack_answer, pack_in, unpack_out, unpack_query
from switchsim.model.part import Part, State
from switchsim.model.platform import Letter, LookedUp, LookUp
from switchsim.model.platform_events import LookUpDone
from switchsim.units import ms, seconds

PLACE = "callcentre/aplogic"


class NoState(State):
    pass


class Asker(Part[NoState]):
    def __init__(self, kernel: Kernel) -> None:
        super().__init__("asker", kernel)
        self.state = NoState()
        self.got: list[tuple[int, Any]] = []

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message.body, LookedUp):
            self.got.append((self.now, message.body))


class Bench:
    def __init__(self) -> None:
        self.events: list[Any] = []
        self.kernel = Kernel(NoMedia(), Journal(lambda _: None, lambda _: None), Streams(1, counted))
        self.asker = Asker(self.kernel)
        self.part = Aplogic(PLACE, self.kernel, AplogicConfig(ms(20), seconds(2), ("mds",)))
        for part in (self.asker, self.part):
            self.kernel.add(part)
        self.kernel.connect("asker", "out", Wire(PLACE, "comm", (Letter,)))
        self.kernel.connect(PLACE, "comm", Wire("asker", "in", (Letter,)))
        self.kernel.observers.append(lambda now, place, event: self.events.append(event))
        self.kernel.power_on()
        self.run(8)

    def run(self, cycles: int) -> None:
        self.kernel.run(self.kernel.now + cycles)

    def ask(self, number: int = 5) -> list[Query]:
        """Ask; what then goes to the database."""
        self.asker.send("out", Letter("aplogic", "ivr/0", LookUp(number, "customer", {"number": "138"})))
        self.run(ms(2))
        return [unpack_query(unpack_out(item)[2]) for item in self.part.take_outbox()]

    def answer(self, answer: Answer) -> None:
        self.kernel.order(self.kernel.now, PLACE, Outside("database", "answered", pack_in(0, pack_answer(answer))))

    def fault(self, point: str, **values: int) -> None:
        self.kernel.order(self.kernel.now, PLACE, Inject("1", point, dict(values)))
        self.run(8)

    def done(self) -> list[tuple[str, int]]:
        return [(event.result, event.waited) for event in self.events if isinstance(event, LookUpDone)]

    def results(self) -> list[str]:
        return [body.result for _, body in self.asker.got]


def test_a_look_up_goes_out_and_its_row_comes_back_after_the_time_that_it_takes() -> None:
    bench = Bench()
    began = bench.kernel.now
    assert bench.ask() == [Query(query=1, statement="customer", parameters={"number": "138"})]
    assert not bench.part.has_output
    bench.answer(Answer(query=1, result="found", text="gold", row={"level": "gold"}))
    bench.run(ms(50))
    ((at, body),) = bench.asker.got
    assert body == LookedUp(5, "found", "gold", {"level": "gold"})
    assert ms(20) <= at - began <= ms(23)
    assert [result for result, _ in bench.done()] == ["found"]


@pytest.mark.parametrize("result", ["empty", "failed", "locked", "late"])
def test_every_result_is_told_on(result: str) -> None:
    bench = Bench()
    bench.ask()
    bench.answer(Answer(query=1, result=result))
    bench.run(ms(50))
    assert bench.results() == [result]


@pytest.mark.parametrize(("result", "text", "why"), [
    ("failed", "no such table", "no such table"), ("found", "gold", ""),
])
def test_the_journal_says_why_it_failed_and_never_what_was_found(result: str, text: str, why: str) -> None:
    bench = Bench()
    bench.ask()
    bench.answer(Answer(query=1, result=result, text=text))
    bench.run(ms(50))
    assert [event.why for event in bench.events if isinstance(event, LookUpDone)] == [why]


def test_without_an_answer_it_is_late_and_the_answer_that_comes_then_is_nobodys() -> None:
    bench = Bench()
    bench.ask()
    bench.run(seconds(2) + ms(10))
    bench.answer(Answer(query=1, result="found"))
    bench.run(ms(50))
    assert bench.results() == ["late"]
    assert bench.done() == [("late", seconds(2))]


def test_an_answer_that_comes_twice_is_told_once() -> None:
    bench = Bench()
    bench.ask()
    for _ in range(2):
        bench.answer(Answer(query=1, result="empty"))
    bench.run(ms(50))
    assert bench.results() == ["empty"]


def test_a_locked_database_says_so_and_is_not_asked() -> None:
    bench = Bench()
    bench.fault("locked")
    assert bench.ask() == []
    bench.run(ms(50))
    assert bench.results() == ["locked"]
    bench.kernel.order(bench.kernel.now, PLACE, Heal("1", "locked", {}))
    bench.run(8)
    assert len(bench.ask(6)) == 1


def test_of_a_lost_database_nothing_comes_back() -> None:
    bench = Bench()
    bench.ask()
    bench.fault("lost")
    assert bench.ask(6) == []
    bench.answer(Answer(query=1, result="found"))
    bench.run(seconds(3))
    assert bench.results() == ["late", "late"]


def test_a_slow_one_answers_later() -> None:
    bench = Bench()
    bench.fault("slow", delay=ms(300))
    assert bench.ask() == []
    bench.run(ms(300))
    assert bench.part.has_output


def test_a_crash_forgets_what_was_asked_and_no_old_answer_meets_a_new_query() -> None:
    bench = Bench()
    bench.ask()
    bench.fault("crash")
    bench.kernel.order(bench.kernel.now, PLACE, Heal("1", "crash", {}))
    bench.run(seconds(3))
    assert [query.query for query in bench.ask(6)] == [2]
    bench.answer(Answer(query=1, result="found"))
    bench.run(ms(50))
    assert bench.results() == []


@pytest.mark.parametrize(("hang", "result"), [(ms(100), "found"), (seconds(3), "late")])
def test_an_answer_that_comes_while_it_hangs_is_taken_when_it_goes_on_unless_that_is_too_late(
    hang: int, result: str
) -> None:
    bench = Bench()
    query = bench.ask()[0]
    bench.fault("hang")
    bench.answer(Answer(query=query.query, result="found"))
    bench.run(hang)
    assert bench.results() == []
    bench.kernel.order(bench.kernel.now, PLACE, Heal("1", "hang", {}))
    bench.run(ms(10))
    assert bench.results() == [result]
    assert not bench.part.state.unheard


def test_octets_that_no_adaptor_writes_change_nothing() -> None:
    bench = Bench()
    bench.ask()
    for octets in (b"", b"\0", pack_in(0, b"{}"), pack_in(0, b'{"query":1,"result":"perhaps"}')):
        bench.kernel.order(bench.kernel.now, PLACE, Outside("database", "answered", octets))
    bench.run(ms(50))
    assert bench.results() == []
