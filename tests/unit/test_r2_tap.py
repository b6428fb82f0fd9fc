"""What passes on an R2 circuit, by name: line signals by their bits, register signals by what came before them."""

from __future__ import annotations

from typing import Any

import pytest

from switchsim.model.event import Event, Record
from switchsim.model.events import R2Line, R2Register
from switchsim.report.r2_signals import R2Signals
from switchsim.terminals.r2_mistakes import NOTHING, Mistakes, MistakesState
from switchsim.terminals.r2_tap import R2Tap, TapState, Way

IDLE, SEIZED, BUSY, ANSWERED = 0b10, 0b00, 0b11, 0b01


class Told:
    """A tap with what it told."""

    def __init__(self, variant: str = "itu") -> None:
        self.events: list[Any] = []
        self.cd = 0b11 if variant == "china" else 0b01
        self.tap = R2Tap(self.events.append, "e1-0", 5, "machine", variant, TapState())

    def line(self, *signals: tuple[Way, int]) -> list[str]:
        for way, ab in signals:
            self.tap.line(way, ab << 2 | self.cd)
        return [event.signal for event in self.events]

    def tones(self, *signals: int) -> list[str]:
        """Forward signals sent and backward ones received in turn."""
        for number, signal in enumerate(signals):
            way: Way = "received" if number % 2 else "sent"
            self.tap.tone(way, "backward" if number % 2 else "forward", signal)
            self.tap.silence(way)
        return [f"{event.group}-{event.signal}" for event in self.events if event.on]


def test_q421_table_1_the_same_bits_have_names_by_state() -> None:
    call = (("sent", SEIZED), ("received", BUSY), ("received", ANSWERED), ("received", BUSY), ("received", ANSWERED),
            ("sent", IDLE), ("received", IDLE))  # fmt: skip
    assert Told().line(*call) == ["seizure", "seizure_ack", "answer", "clear_back", "answer", "clear_forward", "idle"]
    assert Told().line(("received", BUSY), ("received", IDLE)) == ["blocked", "idle"]
    assert Told().line(("sent", BUSY), ("sent", IDLE)) == ["blocked", "idle"]


def test_q422_seizures_of_both_sides_forced_release_and_faults() -> None:
    both = (("sent", SEIZED), ("received", SEIZED), ("sent", IDLE), ("received", IDLE), ("received", SEIZED))
    assert Told().line(*both) == ["seizure", "seizure", "clear_forward", "idle", "seizure"]
    forced = (("received", SEIZED), ("sent", BUSY), ("sent", SEIZED), ("received", IDLE), ("sent", IDLE))
    assert Told().line(*forced) == ["seizure", "seizure_ack", "forced_release", "clear_forward", "idle"]
    assert Told().line(("received", ANSWERED)) == ["fault"]
    assert Told().line(("sent", SEIZED), ("sent", BUSY)) == ["seizure", "fault"]
    assert Told().line(("sent", SEIZED), ("sent", IDLE), ("sent", SEIZED)) == ["seizure", "clear_forward", "seizure"]


@pytest.mark.parametrize(
    ("variant", "signals", "groups"),
    [
        ("itu", (1, 1, 2, 5, 1, 5, 7, 5, 15, 1, 3, 3, 1, 6),
         "I-1 A-1 I-2 A-5 II-1 A-5 I-7 A-5 I-15 A-1 I-3 A-3 II-1 B-6"),
        ("itu", (1, 5, 1, 1, 9, 6), "I-1 A-5 II-1 A-1 I-9 A-6"),
        ("china", (1, 6, 1, 1, 7, 1, 15, 3, 3, 1), "I-1 A-6 KA-1 A-1 I-7 A-1 I-15 A-3 KD-3 KB-1"),
        ("china", (1, 5), "I-1 A-5"),
    ],
)  # fmt: skip
def test_q441_groups_follow_from_what_was_asked(variant: str, signals: tuple[int, ...], groups: str) -> None:
    assert " ".join(Told(variant).tones(*signals)) == groups


def test_a_new_call_begins_with_group_i_and_tones_that_are_on_end() -> None:
    told = Told()
    told.tones(1, 3, 1)
    told.tap.tone("received", "backward", 6)
    told.tap.register_over()
    assert [(event.group, event.on) for event in told.events[-2:]] == [("B", 1), ("B", 0)]
    told.tap.register_over()
    assert told.tones(4, 1)[-2:] == ["I-4", "A-1"]
    assert sum(2 * event.on - 1 for event in told.events) == 0


def test_a_tone_that_changes_without_a_gap_ends_first() -> None:
    told = Told()
    told.tap.tone("received", "forward", 1)
    told.tap.tone("received", "forward", 2)
    assert [(event.signal, event.on) for event in told.events] == [(1, 1), (1, 0), (2, 1)]


# -- mistakes ----------------------------------------------------------------------------------------------------------


def mistakes(point: str, **values: int) -> tuple[Mistakes, list[str]]:
    fired: list[str] = []
    made = Mistakes(MistakesState(), lambda fault, number, effect: fired.append(f"{fault} {number} {effect}"))
    made.begin("3", point, [1], dict(values))
    return made, fired


def test_skip_spares_and_count_ends_a_mistake_and_the_first_one_fires() -> None:
    made, fired = mistakes("r2_wrong_signal", skip=1, count=2, signal=9)
    assert [made.tone(number, 4) for number in (1, 2, 1, 1, 1)] == [4, 4, 9, 9, 4]
    assert fired == ["3 1 signal 9 in place of 4"]
    assert made.end("3") == [1]
    assert made.tone(1, 4) == 4
    assert made.state.fired == []


@pytest.mark.parametrize(("point", "carried"), [("r2_no_ack", NOTHING), ("r2_double_seizure", SEIZED)])
def test_only_the_answer_to_a_seizure_is_met(point: str, carried: int) -> None:
    made, fired = mistakes(point)
    rows = ((BUSY, IDLE, IDLE), (BUSY, ANSWERED, SEIZED), (ANSWERED, BUSY, SEIZED), (IDLE, BUSY, IDLE))
    assert [made.line(1, *row) for row in rows] == [(row[0], 0) for row in rows]
    assert not fired
    assert made.line(2, BUSY, IDLE, SEIZED) == (BUSY, 0)
    assert made.line(1, BUSY, IDLE, SEIZED) == (carried, 0)
    assert len(fired) == 1


# -- explain -----------------------------------------------------------------------------------------------------------


def signals_of(rows: list[tuple[int, Event]], *asked: int) -> list[list[tuple[bool, str]]]:
    reader = R2Signals()
    for number, (at, event) in enumerate(rows):
        reader.take(Record(at, "signal", "somewhere", number, event))
    return [[(one.sent, one.text) for one in reader.of_call("e1-0", 5, at, at + 50)] for at in asked]


def line(at: int, way: str, signal: str, abcd: int, end: str = "far") -> tuple[int, Event]:
    return at, R2Line("e1-0", 5, end, way, signal, abcd)


def tone(at: int, way: str, group: str, signal: int, end: str = "far") -> tuple[int, Event]:
    direction = "forward" if group in ("I", "II", "KA", "KD") else "backward"
    return at, R2Register("e1-0", 5, end, way, direction, group, signal, 1)


def test_the_signals_of_a_call_are_those_from_its_seizure_on_seen_from_the_machine() -> None:
    rows = [
        line(0, "sent", "idle", 0b1011), line(10, "sent", "seizure", 0b0011), tone(20, "sent", "I", 10),
        tone(30, "received", "A", 3), tone(40, "sent", "KD", 3), tone(50, "received", "KB", 4),
        line(60, "sent", "clear_forward", 0b1011), line(70, "received", "idle", 0b1011),
        line(100, "received", "seizure", 0b0011), tone(110, "received", "I", 1),
    ]  # fmt: skip
    first, second, later = signals_of(rows, 35, 90, 500)
    assert first == [
        (False, "seizure 0011"), (False, "I-10 digit 0"), (True, "A-3 changeover to group B, send KD"),
        (False, "KD-3 local telephone"), (True, "KB-4 busy or congestion"), (False, "clear_forward 1011"),
        (True, "idle 1011"),
    ]  # fmt: skip
    assert second == [(True, "seizure 0011"), (True, "I-1 digit 1")]
    assert later == second  # it is up still


def test_the_machines_own_journal_goes_before_the_far_ends() -> None:
    rows = [line(10, "sent", "seizure", 0b0001), line(12, "received", "seizure", 0b0001, "machine"),
            tone(20, "sent", "A", 6, "machine"), tone(22, "received", "A", 6)]  # fmt: skip
    assert signals_of(rows, 15) == [
        [(False, "seizure 0001"), (True, "A-6 address complete, charge, set up speech")]]  # fmt: skip


def told(spoken: str, fixed: int = 0b01) -> list[str]:
    """What register signals, named `group-signal`, mean one behind the other in a call."""
    rows = [line(10, "received", "seizure", fixed, "machine")]
    rows.append(line(11, "sent", "seizure_ack", 0b1100 | fixed, "machine"))
    for number, name in enumerate(spoken.split()):
        group, _, signal = name.partition("-")
        forward = group in ("I", "II", "KA", "KD")
        rows.append(tone(20 + number, "received" if forward else "sent", group, int(signal), "machine"))
    (texts,) = signals_of(rows, 15)
    return [text.partition(" ")[2] for _, text in texts[2:]]


def test_q441_a5_asks_the_category_at_first_and_then_calling_digits_until_a1() -> None:
    assert told("I-1 A-5 II-1 A-5 I-7 A-5 I-10 A-5 I-15 A-1 I-2 A-5 I-15 A-1 I-15 A-3")[1:] == [
        "send calling party's category", "subscriber without priority", "send next calling digit", "calling digit 7",
        "send next calling digit", "calling digit 0", "send next calling digit", "end of the calling number",
        "send next called digit", "digit 2", "send next calling digit", "end of the calling number",
        "send next called digit", "end of pulsing", "address complete, changeover to group B",
    ]  # fmt: skip
    assert told("I-1 A-5 II-2 A-5 I-12")[-1] == "calling number restricted"
    assert told("I-1 A-1 I-2 A-1")[1::2] == ["send next digit"] * 2


def test_q441_forward_signals_above_10_answer_what_was_asked() -> None:
    assert told("I-13")[0] == "test call"
    assert told("I-1 A-13 I-13 A-13 I-14")[2::2] == ["no satellite link", "satellite link"]
    assert told("I-1 A-12 I-2 A-1 I-2")[2::2] == ["language digit 2", "digit 2"]
    assert told("I-1 A-14 I-12")[2] == "request not accepted"
    assert told("I-1 A-11 I-14")[2] == "country code, outgoing half echo suppressor inserted"
    assert told("I-1 A-1 I-14")[2] == "code 14, incoming half echo suppressor"


def test_china_a1_asks_for_the_number_that_is_being_sent() -> None:
    last = told("I-1 A-1 I-2 A-6 KA-1 A-1 I-7 A-1 I-15 A-3 KD-3 KB-6", fixed=0b11)
    assert last[3:] == [
        "send KA and the calling number", "ordinary, periodic charge", "send next calling digit", "calling digit 7",
        "send next calling digit", "end of the calling number", "changeover to group B, send KD", "local telephone",
        "free, the calling party controls the release",
    ]  # fmt: skip
    first = told("I-1 A-6 KA-1 A-1 I-7 A-1 I-15 A-1 I-2 A-1 I-15 A-2 I-1", fixed=0b11)
    assert first[3:] == [  # which of both orders, the end of the calling number tells
        "send next digit, calling number first", "digit 7", "send next digit, calling number first",
        "end of the number", "send next called digit", "digit 2", "send next called digit", "end of pulsing",
        "send from the first digit", "digit 1",
    ]  # fmt: skip
    assert told("I-1 A-5", fixed=0b11)[1] == "unallocated number"


def test_groups_tell_the_variant_where_fixed_bits_are_anothers() -> None:
    assert told("I-1 A-5 II-1", fixed=0b11)[1] == "send calling party's category"
    assert told("I-1 A-6 KA-1", fixed=0b01)[1] == "send KA and the calling number"
    spare = [line(0, "received", "idle", 0b1011, "machine"), line(10, "sent", "seizure", 0b0001, "machine"),
             line(12, "received", "seizure_ack", 0b1111, "machine"),
             tone(20, "received", "A", 6, "machine")]  # fmt: skip
    assert signals_of(spare, 15)[0][-1] == (False, "A-6 address complete, charge, set up speech")
