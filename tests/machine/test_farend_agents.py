"""Agents at a seat set of the test's own: what they press, say and hear."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from farend_bench import Bench

from switchsim.dsp.engine import EV_HEARS
from switchsim.farend.agents import KEYS, Agent, AgentConfig
from switchsim.farend.chance import Constant, Uniform
from switchsim.kernel.ports import Wire
from switchsim.model.messages import SetKey, SetShows
from switchsim.model.order import Act, Order
from switchsim.model.part import Part, State
from switchsim.units import ms, seconds

AGENT, SET = "farend/agent/2001", "set"
AFTER = {"sign_in": "idle", "answer": "talk", "release": "wrap_up", "ready": "idle", "sign_out": "signed_out"}


class SetState(State):
    keys: list[tuple[int, str, str]] = msgspec.field(default_factory=list)


class SeatSet(Part[SetState]):
    """Shows what its last key leads to, and rings when told."""

    def __init__(self, path: str, host: Any) -> None:
        super().__init__(path, host)
        self.state = SetState()

    def on_message(self, port: str, message: SetKey) -> None:
        assert message.seat == "2001"
        self.state.keys.append((self.now, message.key, message.argument))
        if message.key in AFTER:
            self.send("person", SetShows("2001", AFTER[message.key], False, 0, ""))

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act)
        self.send("person", SetShows("2001", order.act, order.act == "ringing", 7, "138"))


def office(**values: Any) -> Bench:
    """The bench of two exchanges, with an agent at the spare source and ear; its two cells are looped to each other."""

    def furnish(bench: Bench) -> None:
        spare = bench.spare
        cell = bench.cells[0] + 31
        settings = {"answer": Constant(ms(700)), **values}
        config = AgentConfig(
            seat="2001", party=300, source=spare, ear=spare, ear_cell=cell, mouth_cell=cell, **settings
        )  # fmt: skip
        bench.kernel.add(Agent(AGENT, bench.kernel, bench.engine, config))
        bench.kernel.add(SeatSet(SET, bench.kernel))
        bench.kernel.connect(AGENT, "set", Wire(SET, "keys", (SetKey,)))
        bench.kernel.connect(SET, "person", Wire(AGENT, "set", (SetShows,)))
        bench.kernel.own_media((EV_HEARS,), spare, AGENT)

    return Bench(extra=furnish)


def keys(bench: Bench) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = bench.kernel.part(SET).state.keys
    return found


def rings(bench: Bench, at: int, shows: str = "ringing") -> None:
    bench.kernel.order(at, SET, Act(shows, {}))


def test_signs_in_answers_and_talks() -> None:
    bench = office(sign_in_at=800)
    rings(bench, 8_000)
    rings(bench, 8_800)  # the display is repeated; the ring is the same
    bench.run(seconds(2))
    assert [key for _, key, _ in keys(bench)] == ["sign_in", "answer"]
    (pressed,) = [at for at, key, _ in keys(bench) if key == "answer"]
    assert ms(700) <= pressed - 8_000 <= ms(700) + 8
    assert bench.heard(AGENT, 300) == [("party", "300")]
    rings(bench, 17_000, "idle")
    bench.run(seconds(1))
    assert bench.heard(AGENT, 300) == [("party", "300"), ("quiet", "")]


def test_the_answer_delay_is_drawn_within_its_bounds() -> None:
    bench = office(answer=Uniform(ms(100), ms(500)))
    for turn in range(20):
        rings(bench, 8_000 * (turn + 1))
        rings(bench, 8_000 * (turn + 1) + 6_000, "idle")
    bench.run(seconds(22))
    delays = [at % 8_000 for at, key, _ in keys(bench) if key == "answer"]
    assert len(delays) == 20
    assert len(set(delays)) > 10
    assert all(ms(100) <= delay <= ms(500) + 8 for delay in delays)


def test_a_ring_that_stops_is_not_answered() -> None:
    bench = office()
    rings(bench, 8_000)
    rings(bench, 8_000 + ms(600), "idle")
    bench.run(seconds(3))
    assert [key for _, key, _ in keys(bench)] == ["sign_in"]


def test_no_answer_until_told_to_behave() -> None:
    bench = office(behaviour="no_answer")
    rings(bench, 8_000)
    rings(bench, 24_000, "idle")
    bench.kernel.order(30_000, AGENT, Act("behave", {"behaviour": "answers"}))
    rings(bench, 32_000)
    bench.run(seconds(6))
    assert [(at > 32_000, key) for at, key, _ in keys(bench)] == [(False, "sign_in"), (True, "answer")]


def test_releases_and_is_ready_again_when_so_configured() -> None:
    bench = office(talk=Constant(seconds(2)), wrap_up=Constant(seconds(1)))
    rings(bench, 8_000)
    bench.run(seconds(6))
    assert [key for _, key, _ in keys(bench)] == ["sign_in", "answer", "release", "ready"]
    at = {key: at for at, key, _ in keys(bench)}
    assert seconds(2) <= at["release"] - at["answer"] <= seconds(2) + 32
    assert seconds(1) <= at["ready"] - at["release"] <= seconds(1) + 32


def test_signs_in_again_when_the_set_comes_back_and_not_after_going_home() -> None:
    bench = office(sign_out_at=seconds(5))
    rings(bench, 8_000, "dead")
    rings(bench, 16_000, "signed_out")
    bench.run(seconds(8))
    assert [key for _, key, _ in keys(bench)] == ["sign_in", "sign_in", "sign_out"]
    assert [at for at, _, _ in keys(bench)][1] == 24_008


def test_presses_sign_in_until_the_set_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AFTER, "sign_in", "signed_out")
    bench = office().run(seconds(4))
    assert [key for _, key, _ in keys(bench)] == ["sign_in"] * 4


def test_is_ready_again_after_a_ring_that_was_not_answered() -> None:
    bench = office(behaviour="no_answer")
    rings(bench, 8_000)
    rings(bench, 24_000, "busy")
    bench.kernel.order(30_000, AGENT, Act("behave", {"behaviour": "answers"}))
    bench.run(seconds(4))
    assert [key for _, key, _ in keys(bench)] == ["sign_in", "ready"]


def test_goes_home_at_its_hour() -> None:
    bench = office(sign_out_at=12_000).run(seconds(2))
    assert keys(bench)[1:] == [(12_008, "sign_out", "")]


def test_waits_to_be_told_to_sign_in() -> None:
    bench = office(sign_in_at=-1).run(seconds(1))
    assert keys(bench) == []


@pytest.mark.parametrize(
    ("act", "values", "key", "argument"),
    [
        ("transfer", {"number": "2002"}, "transfer", "2002"),
        ("consult", {"number": "2003"}, "dial", "2003"),
        ("complete", {}, "complete", ""),
        ("listen_in", {"seat": "2004"}, "listen_in", "2004"),
        ("hold", {}, "hold", ""),
        ("busy", {}, "busy", ""),
    ],
)
def test_does_as_told(act: str, values: dict[str, str], key: str, argument: str) -> None:
    bench = office(sign_in_at=-1)
    bench.kernel.order(80, AGENT, Act(act, dict(values)))
    bench.run(160)
    assert [(pressed, said) for _, pressed, said in keys(bench)] == [(key, argument)]


def test_every_order_has_a_key() -> None:
    assert set(KEYS.values()) >= {
        "sign_in", "sign_out", "answer", "release", "hold", "retrieve", "dial", "transfer", "conference", "busy",
        "ready",
    }  # fmt: skip


def test_speaks_while_the_caller_is_held_too() -> None:
    bench = office()
    for at, shows in ((8_000, "talk"), (16_000, "held"), (24_000, "talk"), (32_000, "wrap_up")):
        rings(bench, at, shows)
    bench.run(seconds(5))
    assert bench.heard(AGENT, 300) == [("party", "300"), ("quiet", "")]
    (silent,) = [row.event.since for row in bench.records(AGENT, "PartyHears")][1:]  # type: ignore[attr-defined]
    assert 32_000 < silent <= 32_000 + 40
