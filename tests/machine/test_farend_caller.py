"""Callers, played without a machine: what they hear, and what they do then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.farend import party
from switchsim.farend.chance import Constant, Erlang, Exponential, Uniform, drawn, problems_of
from switchsim.farend.hearing import WORDS, in_words
from switchsim.farend.party import CallerState, Leave, Met, NoTimer, Say, SendDigits, Timer
from switchsim.farend.plan import (
    Again,
    Dial,
    Hold,
    Hush,
    Listen,
    Pause,
    Plan,
    Speak,
    Stay,
    Step,
    Wait,
    plan_problems,
)
from switchsim.farend.plan import Say as SayStep
from switchsim.kernel.prng import below
from switchsim.units import ms

MENU: tuple[Step, ...] = (Listen("menu"), Dial("1", wrong="9"), Wait(), Speak(), Hold())
PLAN = Plan(steps=MENU, again=(Again("wrong_choice", 0),))


class Play:
    """A caller with its timers, and what it did in order."""

    def __init__(self, plan: Plan = PLAN, **values: int | bool) -> None:
        self.plan = plan
        self.caller = CallerState(plan="p", hold=24_000, reaction=2_400, **values)  # type: ignore[arg-type]
        self.timers: dict[str, int] = {}
        self.did: list[str] = []
        self.now = 0

    def take(self, actions: list[party.Action]) -> None:
        for action in actions:
            if isinstance(action, Timer):
                self.timers[action.name] = self.now + action.cycles
            elif isinstance(action, NoTimer):
                self.timers.pop(action.name, None)
            elif isinstance(action, Say):
                self.did.append("speaks" if action.mark else "is silent")
            elif isinstance(action, SendDigits):
                self.did.append(f"dials {action.digits}")
            elif isinstance(action, Leave):
                self.did.append(action.why)
            elif isinstance(action, Met):
                self.did.append("met")

    def connect(self) -> Play:
        self.take(party.called(self.caller))
        self.take(party.connected(self.caller, self.plan, self.now))
        return self

    def hear(self, at: int, what: str, which: str = "") -> Play:
        self.until(at)
        self.take(party.heard(self.caller, self.plan, what, which, at, at))
        return self

    def until(self, at: int) -> Play:
        while due := sorted((when, name) for name, when in self.timers.items() if when <= at):
            self.now, name = due[0]
            del self.timers[name]
            self.take(party.timed(self.caller, self.plan, name, self.now))
        self.now = at
        return self

    def spoken(self) -> Play:
        self.take(party.spoken(self.caller, self.plan, self.now))
        return self


def test_dials_after_the_menu_and_talks_its_time_from_hearing_a_person() -> None:
    play = Play().connect().hear(800, "prompt", "menu").hear(16_000, "quiet")
    assert play.did == []
    play.until(16_000 + 2_400)
    assert play.did == ["dials 1"]
    play.spoken().hear(30_000, "prompt", "music").hear(90_000, "party", "77")
    assert play.did == ["dials 1", "met", "speaks"]
    play.until(90_000 + 24_000 - 1)
    assert play.did[-1] == "speaks"
    play.until(90_000 + 24_000)
    assert play.did[-1] == "hangs_up"
    assert not play.timers


def test_another_prompt_than_the_named_one_is_not_the_menu() -> None:
    play = Play().connect().hear(800, "prompt", "welcome").hear(8_000, "quiet").until(80_000)
    assert play.did == []


def test_any_prompt_waits_until_the_last_of_several() -> None:
    play = Play(Plan(steps=(Listen(), Dial("2")))).connect()
    play.hear(800, "prompt", "welcome").hear(8_000, "quiet").hear(8_080, "prompt", "menu").hear(16_000, "quiet")
    assert play.until(18_399).did == []
    assert play.until(18_400).did == ["dials 2"]


def test_a_damaged_prompt_is_heard_to_its_end() -> None:
    play = Play().connect().hear(800, "prompt", "menu").hear(9_000, "sound").hear(12_000, "quiet").until(14_400)
    assert play.did == ["dials 1"]


def test_errs_once_and_starts_again_when_told() -> None:
    play = Play(err=True).connect().hear(0, "prompt", "menu").hear(8_000, "quiet").until(10_400)
    play.spoken().hear(12_000, "prompt", "wrong_choice").hear(16_000, "quiet").hear(16_080, "prompt", "menu")
    play.hear(24_000, "quiet").until(30_000)
    assert play.did == ["dials 9", "dials 1"]


def test_a_person_ends_the_waiting_whatever_the_step() -> None:
    play = Play(patience=40_000).connect().hear(1_000, "party", "5")
    assert play.did == ["met", "speaks"]
    assert set(play.timers) == {"step"}


def test_a_person_heard_before_connect_is_met_at_connect() -> None:
    play = Play(patience=40_000).hear(1_000, "party", "5")
    assert play.did == []
    play.connect()
    assert play.did == ["met", "speaks"]
    plain = Play(Plan(steps=(Speak(), Stay()))).hear(1_000, "party", "5").connect()
    assert plain.did == ["met", "speaks"]


def test_abandons_when_patience_ends_while_waiting() -> None:
    play = Play(patience=40_000).connect().hear(800, "prompt", "music").until(39_999)
    assert play.did == []
    assert play.until(40_000).did == ["abandons"]
    assert party.heard(play.caller, play.plan, "party", "5", 41_000, 41_000) == []


@pytest.mark.parametrize(("on", "off"), [(ms(350), ms(350)), (ms(700), ms(700)), (ms(100), ms(100))])
def test_gf002_busy_congestion_and_vacant_tones_end_the_call(on: int, off: int) -> None:
    play = Play().connect().hear(100, "tone", "450").hear(100 + on // 2, "quiet")
    again = 100 + on // 2 + off
    play.hear(again, "tone", "450")
    assert play.did == []
    assert play.hear(again + on, "quiet").did == ["hangs_up"]


@pytest.mark.parametrize(("on", "off"), [(ms(1_000), ms(4_000)), (ms(400), ms(4_000))])
def test_gf002_ring_back_and_call_waiting_do_not(on: int, off: int) -> None:
    play = Play().connect()
    for burst in range(6):
        start = 100 + burst * (on + off)
        play.hear(start, "tone", "450").hear(start + on, "quiet")
    assert play.did == []


def test_a_dead_line_is_endured_for_a_while() -> None:
    play = Play().connect().hear(100, "dead").hear(100 + 15_999, "quiet").until(60_000)
    assert play.did == []
    assert play.hear(60_000, "dead").until(76_000).did == ["hangs_up"]


def test_digits_interrupt_speech_and_it_goes_on_after() -> None:
    play = Play(Plan(steps=(Speak(), Dial("12"), Hush(), Pause(80), Stay()))).connect()
    assert play.did == ["speaks", "dials 12"]
    assert play.spoken().did == ["speaks", "dials 12", "speaks", "is silent"]
    assert play.until(1_000_000).did[-1] == "is silent"  # stays until the other side goes


def test_orders_dial_and_hang_up_once() -> None:
    play = Play().connect()
    play.take(party.dial(play.caller, "5"))
    play.spoken()
    play.take(party.leave(play.caller))
    play.take(party.leave(play.caller))
    assert play.did == ["dials 5", "hangs_up"]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(steps=(Listen("none"),)), "no prompt 'none'"),
        (Plan(steps=(Dial("12x"),)), "'12x'"),
        (Plan(steps=(Dial("1" * 33),)), "1..32"),
        (Plan(steps=(Dial("1", on_cycles=0),)), "1..1048576 cycles, not 0"),
        (Plan(steps=(Dial("1", off_cycles=0),)), "at least 1"),
        (Plan(steps=(Dial("1", low_mdbm0=3141),)), "-60000..3140 mdbm0, not 3141"),
        (Plan(steps=(Dial("1", high_ppm=-100_001),)), "-100000..100000 ppm"),
        (Plan(steps=(Dial("1", ramp_cycles=401),)), "half of a digit"),
        (Plan(steps=(SayStep("song"),)), "no prompt 'song'"),
        (Plan(steps=(Listen("menu", "end"),)), "no cue point 'end'; expected one of none"),
        (Plan(steps=(Dial("1", high_mdbm0=4_000),)), "mdBm0".lower()),
        (Plan(steps=(Wait("bells"),)), "'bells'"),
        (Plan(steps=(Pause(-1),)), "below 0"),
        (Plan(again=(Again("menu", 3),)), "no step 3"),
        (Plan(again=(Again("none"),)), "no prompt"),
        (Plan(wrong_ppm=-1), "wrong_ppm"),
        (Plan(hold=Uniform(5, 4)), "hold: least 5"),
        (Plan(hold=Erlang(5, 0)), "0 stages"),
        (Plan(patience=Exponential(-5)), "patience: mean below 0"),
    ],
)
def test_a_wrong_plan_is_refused(plan: Plan, words: str) -> None:
    assert any(words in text.lower() for text in plan_problems(plan, ("menu",))), plan_problems(plan, ("menu",))


def test_a_right_plan_is_not_refused() -> None:
    assert plan_problems(PLAN, ("menu", "wrong_choice")) == []


def test_ears_in_words() -> None:
    prompts = ("welcome", "menu")
    assert [in_words(what, which, prompts) for what, which in ((0, 0), (1, 12), (2, 450), (3, 1), (3, 7))] == [
        ("quiet", ""), ("party", "12"), ("tone", "450"), ("prompt", "menu"), ("prompt", "7")]  # fmt: skip
    assert in_words(5, 9 << 16 | 4, prompts) == ("mix", "4+9")
    assert in_words(6, 0, prompts) == ("dead", "")


def test_drawn_durations_keep_their_range_and_mean() -> None:
    state = [1]

    def draw() -> int:
        state[0] = state[0] * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return state[0] ^ state[0] >> 29

    assert drawn(Constant(7), draw) == 7
    assert state == [1]
    uniform = [drawn(Uniform(10, 12), draw) for _ in range(300)]
    assert set(uniform) == {10, 11, 12}
    for duration in (Exponential(24_000), Erlang(24_000, 4)):
        mean = sum(drawn(duration, draw) for _ in range(4_000)) // 4_000
        assert 22_500 < mean < 25_500
    assert max(drawn(Exponential(24_000, 30_000), draw) for _ in range(400)) == 30_000
    assert problems_of(Exponential(1)) == []
    assert below((1 << 64) - 1, 3) == 2


STEPS = st.one_of(
    st.builds(Listen, st.sampled_from(("", "menu"))),
    st.builds(Dial, st.text("0123456789ABCD*#", min_size=1, max_size=4)),
    st.builds(Wait, st.sampled_from(WORDS)),
    st.builds(Pause, st.integers(0, 9_000)),
    st.builds(Hold, st.integers(-1, 9_000)),
    st.sampled_from((Speak(), Hush(), Stay())),
)
EVENTS = st.one_of(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(("", "menu", "7"))),
    st.sampled_from(("spoken", "connect", "step", "patience", "dead", "hang up", "dial")),
)


@given(st.lists(STEPS, max_size=5), st.lists(st.tuples(st.integers(0, 9_000), EVENTS), max_size=20), st.booleans())
def test_whatever_happens_a_caller_leaves_once_and_does_nothing_after(
    steps: list[Step], events: list[tuple[int, tuple[str, str] | str]], again: bool
) -> None:
    plan = Plan(steps=tuple(steps), again=(Again("menu"),) if again and steps else ())
    assert plan_problems(plan, ("menu",)) == []
    play = Play(plan)
    for gap, event in events:
        play.now += gap
        left = play.caller.leaving
        before = len(play.did)
        if isinstance(event, tuple):
            play.take(party.heard(play.caller, plan, *event, play.now, play.now))
        elif event == "spoken":
            play.spoken()
        elif event == "connect":
            play.take(party.connected(play.caller, plan, play.now) if not play.caller.connected else [])
        elif event == "hang up":
            play.take(party.leave(play.caller))
        elif event == "dial":
            play.take(party.dial(play.caller, "5") if not left else [])
        elif event in play.timers:
            del play.timers[event]
            play.take(party.timed(play.caller, plan, event, play.now))
        assert not left or len(play.did) == before
        assert 0 <= play.caller.step <= len(plan.steps)
    assert sum(did in ("hangs_up", "abandons") for did in play.did) == int(play.caller.leaving)
    assert not play.caller.leaving or not play.timers
