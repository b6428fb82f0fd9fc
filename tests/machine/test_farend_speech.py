"""Callers over a real speech path: prompts, digits, tones, and a line that damages what it carries."""

from __future__ import annotations

from typing import Any

import pytest
from farend_bench import NET, USER, Bench

from switchsim.dsp.engine import Assets, Tone, philox
from switchsim.farend.chance import Constant
from switchsim.farend.exchange import Subscriber
from switchsim.farend.plan import Again, Dial, Hold, Listen, Plan, Speak, Stay, Wait
from switchsim.model.messages import LineSeen
from switchsim.model.order import Act
from switchsim.proto.q931 import Number, SetupRequest
from switchsim.units import ms, seconds

RING_BACK, BUSY = 0, 1
TONES = (
    Tone((450_000,), (-10_000,), (ms(1_000), ms(4_000))),  # GF 002
    Tone((450_000,), (-10_000,), (ms(350), ms(350))),
)
PROMPTS = ("menu", "wrong_choice")
MENU = Plan(
    steps=(Listen("menu"), Dial("1", wrong="9"), Wait(), Speak(), Hold()),
    again=(Again("wrong_choice"),),
    reaction=Constant(ms(300)),
    hold=Constant(seconds(1)),
)
SILENT = {"desk": Plan((Stay(),))}
AT_DESK = (Subscriber(ring=Constant(8), plan="desk"),)
DESK = 3  # the source of the user end's first party, which the tests play


def noise(seed: int, length: int) -> bytes:
    """Octets that are no tone, no mark and never quiet."""
    return bytes(philox(seed, i) & 0xFF for i in range(length))


SOUNDS = Assets([noise(1, ms(500)), noise(2, ms(400))], TONES)


def connected(plan: Plan = MENU, **values: Any) -> Bench:
    """A call from the network's party 101 to the user's 201, which is silent: the test speaks for it."""
    bench = Bench(
        assets=SOUNDS, prompts=PROMPTS, plans={"caller": plan, **SILENT},
        subscribers=(Subscriber(ring=Constant(ms(100)), plan="desk"),), **values,
    ).run(seconds(1))  # fmt: skip
    bench.kernel.order(bench.kernel.now, NET, Act("call", {"called": "10060", "plan": "caller"}))
    bench.engine.receiver_listen(0, bench.cells[0] + 1)
    return bench.run(seconds(1))


def digits(bench: Bench) -> str:
    return "".join(row.event.digit for row in bench.records("listener"))  # type: ignore[attr-defined]


def test_a_menu_is_heard_to_its_end_and_answered_with_a_digit() -> None:
    bench = connected()
    bench.engine.source_prompts(DESK, [0])
    bench.run(seconds(2))
    assert digits(bench) == "1"
    menu, quiet = bench.records(NET, "PartyHears")
    assert (menu.event.what, menu.event.which) == ("prompt", "menu")  # type: ignore[attr-defined]
    assert menu.event.since == seconds(2) + 8  # type: ignore[attr-defined]
    assert quiet.event.since == seconds(2) + 8 + ms(500)  # type: ignore[attr-defined]
    (dialled,) = bench.records(NET, "PartyDials")
    assert ms(300) <= dialled.at - quiet.event.since < ms(300) + 200  # type: ignore[attr-defined]
    bench.engine.source_mark(DESK, 201)
    bench.run(seconds(2))
    assert bench.states(NET, 101)[-3:] == [("talking", 0), ("hangs_up", 16), ("released", 16)]
    assert bench.at_rest()


def test_wrong_digits_first_and_right_ones_when_asked_again() -> None:
    bench = connected(Plan(steps=MENU.steps, again=MENU.again, wrong_ppm=1_000_000))
    bench.engine.source_prompts(DESK, [0])
    bench.run(seconds(2))
    bench.engine.source_prompts(DESK, [1, 0])
    bench.run(seconds(3))
    assert digits(bench) == "91"
    assert [row.event.digits for row in bench.records(NET, "PartyDials")] == ["9", "1"]  # type: ignore[attr-defined]


def test_levels_and_durations_of_digits_are_the_plans() -> None:
    """30 dB below the weakest that AT&T's receivers take (Q.24, table A-1), nothing is heard."""
    faint = Plan(steps=(Dial("5", low_mdbm0=-55_000, high_mdbm0=-55_000), Dial("6", on_cycles=ms(60)), Stay()))
    bench = connected(faint).run(seconds(1))
    assert [row.event.digits for row in bench.records(NET, "PartyDials")] == ["5", "6"]  # type: ignore[attr-defined]
    assert digits(bench) == "6"


def test_ring_back_is_heard_and_borne() -> None:
    bench = Bench(assets=SOUNDS, ring_back=RING_BACK, subscribers=(Subscriber(ring=Constant(seconds(12))),))
    bench.run(seconds(1)).kernel.order(seconds(1), NET, Act("call", {"called": "1", "hold_cycles": 8_000}))
    bench.run(seconds(15))
    heard = bench.heard(NET, 101)
    assert heard[:2] == [("tone", "450"), ("quiet", "")]
    assert heard.count(("tone", "450")) == 3
    assert ("talking", 0) in bench.states(NET, 101)
    assert bench.at_rest()


def test_ring_back_ends_with_the_answer() -> None:
    bench = Bench(assets=SOUNDS, ring_back=RING_BACK, plans=SILENT, subscribers=AT_DESK).run(seconds(1))
    bench.kernel.order(seconds(1), NET, Act("call", {"called": "1", "patience_cycles": seconds(8)}))
    bench.run(seconds(10))
    assert bench.heard(NET, 101).count(("tone", "450")) <= 1


def test_busy_tone_makes_a_caller_hang_up() -> None:
    bench = connected(Plan(patience=Constant(seconds(60))))
    bench.engine.source_tone(DESK, BUSY)
    bench.run(seconds(2))
    assert bench.states(NET, 101)[-2:] == [("hangs_up", 16), ("released", 16)]


def test_q931_5_3_4_a_user_listens_to_the_tone_after_disconnect() -> None:
    """The network clears with a busy tone on the channel; the person releases when it was understood."""
    bench = Bench(assets=SOUNDS, subscribers=AT_DESK, plans=SILENT)
    bench.run(seconds(1)).kernel.order(seconds(1), USER, Act("call", {"called": "1"}))
    bench.run(seconds(1))
    net = bench.ends[0]
    (key,) = net.state.by_key
    bench.engine.source_tone(2, BUSY)
    net._do(net.q931.disconnect(key, 17, progress=8))
    bench.run(ms(500))
    assert not bench.at_rest()
    bench.run(seconds(2))
    assert bench.states(USER, 203)[-2:] == [("hangs_up", 16), ("released", 17)]
    assert bench.at_rest()


def test_q931_5_3_4_a_tone_that_never_comes_is_not_waited_for_for_ever() -> None:
    bench = Bench(subscribers=AT_DESK, plans=SILENT)
    bench.run(seconds(1)).kernel.order(seconds(1), USER, Act("call", {"called": "1"}))
    bench.run(seconds(1))
    net = bench.ends[0]
    (key,) = net.state.by_key
    net._do(net.q931.disconnect(key, 17, progress=8))
    bench.run(seconds(19))
    assert not bench.at_rest()
    bench.run(seconds(2))
    assert bench.at_rest()


@pytest.mark.parametrize(("dialled", "end"), [(("100", "60"), ("talking", 0)), (("100", ""), ("released", 28))])
def test_q931_5_1_3_overlap_digits_are_asked_for(dialled: tuple[str, str], end: tuple[str, int]) -> None:
    """The user end dials digit by digit; the exchange waits until they make a number, or T302 ends it."""
    bench = Bench(subscribers=(Subscriber(number="10060", ring=Constant(8)),)).run(seconds(1))
    user = bench.ends[1]
    key, actions = user.q931.setup(SetupRequest(Number(dialled[0]), sending_complete=False))
    user.telephones.take_up(key, user.telephones.by_place["e1-0", user.state.q931.calls[key].channel], "")
    user._do(actions)
    bench.run(seconds(1))
    if dialled[1]:
        user._do(user.q931.info(key, dialled[1]))
    bench.run(seconds(16) if not dialled[1] else seconds(1))
    assert bench.states(USER, 203)[-1] == end


def test_bit_errors_cost_frames_and_no_calls() -> None:
    bench = Bench(seed=5)
    for line in (0, 1):
        bench.engine.line_errors(line, 500_000, 77 + line)  # one bit in 2000
    bench.run(seconds(2))
    for turn in range(6):
        bench.kernel.order(seconds(2 + 6 * turn), NET if turn % 2 else USER, Act("call", {"called": "1"}))
    bench.run(seconds(60))
    assert sum(part.state.bad_frames for part in bench.ends) > 5
    released = [row.event for row in bench.records(kind="PartyState") if row.event.state == "released"]  # type: ignore[attr-defined]
    assert len(released) == 12
    assert bench.at_rest()


def test_an_exchange_that_sees_its_line_go_drops_the_link_at_once() -> None:
    bench = Bench().run(seconds(1))
    bench.ends[0].on_message("line", LineSeen(False))
    assert len(bench.records(NET, "LinkDown")) == 1
    bench.run(seconds(3))
    bench.ends[0].on_message("line", LineSeen(True))
    bench.run(seconds(1))
    assert len(bench.records(NET, "LinkUp")) == 2
