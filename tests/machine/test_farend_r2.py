"""R2 exchanges back to back: calls each way, ITU and China No.1, over real signalling bits and real register tones."""

from __future__ import annotations

import itertools

import pytest
from r2_bench import ALL, LINES, SOON, A, B, Bench, call, loaded, ready, talk, talks

from switchsim.dsp.engine import Assets, Tone
from switchsim.farend.chance import Constant
from switchsim.farend.exchange import Subscriber
from switchsim.farend.plan import Hold, Plan, Speak
from switchsim.kernel import snapshot
from switchsim.model.order import Act, Inject
from switchsim.units import ms, seconds

BOTH = pytest.mark.parametrize("variant", ["itu", "china"])
ITU_CALL = "I-1 A-1 I-10 A-1 I-10 A-1 I-6 A-1 I-10 A-5 II-1 A-5 I-1 A-5 I-3 A-5 I-8 A-5 I-15 A-3 II-1 B-6"
"""10060, then the category and 138, as facts say of national practice with A5."""
CHINA_CALL = "I-1 A-1 I-10 A-1 I-10 A-1 I-6 A-1 I-10 A-6 KA-1 A-1 I-1 A-1 I-3 A-1 I-8 A-1 I-15 A-3 KD-3 KB-1"
SEIZED = ["seizure", "seizure_ack", "answer", "clear_forward", "idle"]


@pytest.mark.parametrize(("variant", "register"), [("itu", ITU_CALL), ("china", CHINA_CALL)])
@pytest.mark.parametrize(("caller", "callee", "ids"), [(A, B, (117, 217)), (B, A, (201, 101))])
def test_a_call_is_set_up_answered_heard_and_cleared(
    variant: str, register: str, caller: str, callee: str, ids: tuple[int, int]
) -> None:
    bench = ready(variant=variant)
    assert bench.at_rest() == ""
    call(bench, caller, hold_cycles=seconds(3))
    bench.run(seconds(12))
    ours, theirs = ids
    assert bench.states(caller, ours) == [
        ("ringing", 0), ("connected", 0), ("talking", 0), ("hangs_up", 16), ("released", 16)]  # fmt: skip
    assert bench.states(callee, theirs) == [("ringing", 0), ("connected", 0), ("talking", 0), ("released", 16)]
    assert bench.line(caller) == bench.line(callee) == SEIZED
    assert " ".join(bench.register(caller)) == " ".join(bench.register(callee)) == register
    assert bench.heard(caller, ours)[0] == ("party", str(theirs))
    assert bench.heard(callee, theirs)[0] == ("party", str(ours))
    assert not bench.records(kind="Violated")
    assert bench.at_rest() == ""


def test_nobody_hears_the_registers_and_the_called_number_arrives() -> None:
    bench = ready()
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(8))
    for place in (A, B):
        heard = [row.event.what for row in bench.records(place, "PartyHears")]  # type: ignore[attr-defined]
        assert set(heard) == {"party", "quiet"}
    (state,) = [end.state for end in bench.ends if end.path == B]
    assert (state.received, state.refused) == (1, 0)


@BOTH
def test_q440_a_cycle_takes_as_long_as_four_recognitions(variant: str) -> None:
    """From one forward signal to the next, on a short line: two tones and their ends are each recognised (Q.455)."""
    bench = ready(variant=variant)
    call(bench, A)
    bench.run(seconds(5))
    rows = [row for row in bench.records(A, "R2Register") if row.event.on and row.event.way == "sent"]  # type: ignore[attr-defined]
    gaps = [later.at - row.at for row, later in itertools.pairwise(rows)]
    assert len(gaps) > 8
    assert all(4 * ms(7) < gap <= 2 * ms(80) for gap in gaps), gaps


@BOTH
@pytest.mark.parametrize(("called", "cause"), [("17", 17), ("9", 1)])
def test_subscribers_that_are_busy_or_not_there(variant: str, called: str, cause: int) -> None:
    rows = (Subscriber(number="17", behaviour="busy"), Subscriber(number="10060"))
    bench = ready(variant=variant, subscribers=rows)
    call(bench, A, called)
    bench.run(seconds(6))
    assert bench.states(A, 117) == [("released", cause)]
    assert not bench.records(B, "PartyState")
    assert bench.at_rest() == ""


def test_everybody_else_answers_when_all_digits_are_there() -> None:
    """A subscriber without number takes the digits that the caller has; or so many, when their count is set."""
    for ends, signals in (({}, ["I-9", "I-8", "I-7", "I-6"]), ({"number_digits": 3}, ["I-9", "I-8", "I-7"])):
        bench = ready(subscribers=(Subscriber(ring=Constant(8)),), ends=ends)
        call(bench, A, "9876", hold_cycles=seconds(1))
        bench.run(seconds(35))
        assert ("talking", 0) in bench.states(A, 117)
        sent = [one for one in bench.register(A) if one.startswith("I-")]
        assert sent[: len(signals)] == signals
        assert len(sent) < 4 + len(signals) + 2
        assert bench.at_rest() == ""


@BOTH
def test_the_answer_does_not_overtake_the_end_of_the_last_register_signal(variant: str) -> None:
    """Who answers at once is told so 150 ms later: bits count after 20 ms, the end of a tone may take twice as long."""
    bench = ready(variant=variant, subscribers=(Subscriber(number="10060", ring=Constant(0)),))
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(6))
    (rings,) = [row.at for row in bench.records(A, "PartyState") if row.event.state == "ringing"]  # type: ignore[attr-defined]
    (answered,) = [row.at for row in bench.records(A, "PartyState") if row.event.state == "connected"]  # type: ignore[attr-defined]
    assert ms(140) < answered - rings < ms(200)


@BOTH
def test_a_caller_abandons_while_it_rings_and_while_registers_work(variant: str) -> None:
    bench = ready(variant=variant, subscribers=(Subscriber(number="10060", behaviour="no_answer"),))
    call(bench, A, patience_cycles=seconds(5))
    call(bench, A, patience_cycles=ms(300))
    bench.run(seconds(10))
    assert bench.states(A, 117) == [("ringing", 0), ("abandons", 16), ("released", 16)]
    assert bench.states(A, 102) == [("abandons", 16), ("released", 16)]
    assert bench.states(B, 202) == []
    assert bench.at_rest() == ""


@BOTH
def test_q421_the_called_side_hangs_up_and_the_caller_follows(variant: str) -> None:
    plans = {"short": Plan(steps=(Speak(), Hold(seconds(1))))}
    rows = (Subscriber(number="10060", ring=Constant(8), plan="short"),)
    bench = ready(variant=variant, plans=plans, subscribers=rows)
    call(bench, A, hold_cycles=seconds(60))
    bench.run(seconds(10))
    assert bench.line(A) == ["seizure", "seizure_ack", "answer", "clear_back", "clear_forward", "idle"]
    assert bench.states(B, 217)[-2:] == [("hangs_up", 16), ("released", 16)]
    assert bench.states(A, 117)[-1] == ("released", 16)
    assert bench.at_rest() == ""


@BOTH
def test_q422_both_sides_seize_a_circuit_at_once(variant: str) -> None:
    """Neither call goes through there; both are tried again on other circuits, and answered."""
    bench = ready(variant=variant)
    for place in (A, B):
        call(bench, place, hold_cycles=seconds(2), timeslot=2)
    bench.run(seconds(12))
    for place, first in ((A, 102), (B, 202)):
        assert bench.line(place, slot=2) == ["seizure", "seizure", "clear_forward", "idle"]
        assert [state for state, _ in bench.states(place, first)] == ["released"]
        assert len(talks(bench, place)) == 2
    assert [end.state.placed for end in bench.ends] == [2, 2]
    assert not bench.records(kind="Violated")
    assert bench.at_rest() == ""


@BOTH
def test_q421_a_blocked_circuit_is_not_seized(variant: str) -> None:
    bench = ready(variant=variant, slots=(5,))
    block: dict[str, int | str] = {"line": "e1-0", "timeslot": 5}
    bench.kernel.order(bench.kernel.now, B, Act("block", block))
    bench.run(ms(500))
    assert bench.line(B) == bench.line(A) == ["blocked"]
    call(bench, A)
    call(bench, B)
    bench.run(seconds(1))
    assert bench.states(A, 0) == bench.states(B, 0) == [("refused", 34)]
    bench.kernel.order(bench.kernel.now, B, Act("unblock", block))
    bench.run(seconds(1))
    assert bench.at_rest() == ""
    told = [(row.place, row.event.by, row.event.on) for row in bench.records(kind="CircuitBlocked") if row.at]  # type: ignore[attr-defined]
    assert told[-4:] == [(B, "local", 1), (A, "remote", 1), (B, "local", 0), (A, "remote", 0)]
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(8))
    assert ("talking", 0) in bench.states(A, 105)


def test_calls_without_a_free_circuit_are_refused_and_counted() -> None:
    bench = Bench(subscribers=SOON)
    call(bench, A, at=8)
    bench.run(seconds(1))
    for _ in range(5):
        call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(10))
    assert bench.states(A, 0) == [("refused", 34)] * 3
    assert (bench.ends[0].state.refused, bench.ends[0].state.placed) == (3, 3)
    assert bench.at_rest() == ""


def test_an_exchange_that_is_only_called_places_no_calls() -> None:
    bench = ready(ends={"places": False})
    call(bench, A)
    bench.run(seconds(1))
    assert bench.states(A, 0) == [("refused", 34)]
    assert not bench.line(A)


def test_orders_to_people_and_what_stands_against_them() -> None:
    """While registers have the circuit a key does nothing there; later its tones are heard. hang_up works always."""
    bench = ready(slots=(1, 2))
    call(bench, A, hold_cycles=seconds(60))
    call(bench, A, hold_cycles=seconds(60))
    bench.run(ms(300))
    for act, party in (("dial", 102), ("hang_up", 101), ("hang_up", 101)):
        bench.kernel.order(bench.kernel.now, A, Act(act, {"party": party, "digits": "5"}))
    bench.run(seconds(6))
    assert " ".join(bench.register(A, 2)) == ITU_CALL
    assert bench.states(A, 101) == [("hangs_up", 16), ("released", 16)]
    bench.kernel.order(bench.kernel.now, A, Act("dial", {"party": 102, "digits": "5"}))
    bench.run(seconds(1))
    assert ("sound", "") in bench.heard(B, 202)
    bench.kernel.order(bench.kernel.now, A, Act("hang_up", {"party": 102}))
    bench.run(seconds(2))
    assert bench.at_rest() == ""


def test_q422_a_line_that_fails_ends_its_calls_and_blocks_its_circuits() -> None:
    bench = ready()
    call(bench, A, hold_cycles=seconds(60))
    bench.run(seconds(6))
    call(bench, B, hold_cycles=seconds(60))
    bench.run(ms(700))
    bench.ais(True)
    bench.run(seconds(8))
    assert bench.states(A, 117)[-1][0] == bench.states(B, 217)[-1][0] == "released"
    call(bench, A)
    bench.run(seconds(1))
    assert bench.states(A, 0) == [("refused", 34)]
    bench.ais(False)
    bench.run(seconds(6))
    assert bench.at_rest() == ""
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(8))
    assert [state for state, _ in bench.states(A, 102)][-1] == "released"
    assert bench.at_rest() == ""


def test_bits_of_a_timeslot_without_circuit_mean_nothing() -> None:
    bench = ready(slots=(1,))
    bench.kernel.order(bench.kernel.now, LINES[1], Act("cas", {"timeslot": 9, "abcd": 0b0001}))
    before = len(bench.records(A))
    bench.run(seconds(1))
    assert len(bench.records(A)) == before
    assert [row.event.timeslot for row in bench.records(LINES[0], "CasReceived")][-1] == 9  # type: ignore[attr-defined]


def test_the_caller_hears_ring_back_until_the_answer() -> None:
    assets = Assets([], [Tone((450_000,), (-10_000,), (8_000, 8_000))])
    bench = ready(assets=assets, ring_back=0, subscribers=(Subscriber(number="10060", ring=Constant(seconds(2))),))
    call(bench, A, hold_cycles=seconds(1))
    bench.run(seconds(10))
    heard = bench.heard(A, 117)
    assert heard[0] == ("tone", "450")
    assert ("party", "217") in heard
    assert {what for what, _ in bench.heard(B, 217)} == {"party", "quiet"}
    assert bench.at_rest() == ""


def test_an_exchange_that_restarts_forgets_its_calls_and_goes_on() -> None:
    bench = ready()
    call(bench, A, hold_cycles=seconds(60))
    bench.run(seconds(6))
    call(bench, A, hold_cycles=seconds(60))
    call(bench, B, hold_cycles=seconds(60))
    bench.run(ms(900))
    bench.kernel.order(bench.kernel.now, A, Act("restart", {}))
    bench.run(ms(100))
    assert not bench.ends[0].state.by_key
    bench.run(seconds(60))
    assert bench.at_rest() == ""
    assert talk(bench)


# -- the whole of it ---------------------------------------------------------------------------------------------------


@BOTH
def test_load_from_both_ends_on_thirty_circuits_leaves_nothing_behind(variant: str) -> None:
    """Circuits are seized from both sides at once now and then: every call ends once, and all are idle at the end."""
    rows = (Subscriber(number="10060", ring=Constant(ms(500))), Subscriber(number="17", behaviour="busy"))
    bench = Bench(variant=variant, slots=ALL, subscribers=rows, extra=loaded).run(seconds(60))
    assert bench.at_rest() == ""
    ends = [end.state for end in bench.ends]
    states = [row.event for row in bench.records(kind="PartyState")]
    released = sum(event.state == "released" for event in states)  # type: ignore[attr-defined]
    assert released == sum(state.placed + state.received for state in ends)
    assert sum(event.state == "talking" for event in states) > 40  # type: ignore[attr-defined]
    assert {event.cause for event in states if event.state == "released"} >= {1, 16, 17}  # type: ignore[attr-defined]
    placed = [row.event.timeslot > 0 for row in bench.records(kind="PartyPlaced")]  # type: ignore[attr-defined]
    assert placed.count(True) == placed.count(False) == released
    assert max(sum(row.event.on * 2 - 1 for row in bench.records(place, "R2Register")) for place in (A, B)) == 0  # type: ignore[attr-defined]


def busy(seed: int = 1, batch: int = 160, power: bool = True) -> Bench:
    """A few seconds with everything in them."""
    bench = Bench(subscribers=SOON, seed=seed, batch=batch, power=power)
    if power:
        for at, place in ((8_003, A), (8_005, B), (12_000, A), (20_001, B)):
            call(bench, place, at=at, hold_cycles=9_000, patience_cycles=40_000)
        for at, order in ((9_000, Inject("1", "r2_late_line", {"line": "e1-0", "timeslot": 2, "time": 100})),
                          (30_000, Act("dial", {"party": 117, "digits": "42"}))):
            bench.kernel.order(at, A, order)
    return bench


def test_the_journal_does_not_depend_on_the_batch() -> None:
    journals = [busy(batch=batch).run(60_000).lines for batch in (1, 8, 160)]
    assert journals[0] == journals[1] == journals[2]
    assert len(journals[0]) > 200


def test_a_snapshot_goes_on_with_the_same_journal() -> None:
    whole = busy().run(60_000).lines
    first = busy()
    for at in range(8, 60_000, 2_400):
        first.run(at - first.kernel.now)
        octets = snapshot.take(first.kernel)
        second = busy(power=False)
        snapshot.restore(second.kernel, octets)
        second.run(60_000 - at)
        assert first.lines + second.lines == whole
