"""G.826 for a path at 2048 kbit/s in service: what a second is, when time is unavailable, what the registers count.

A row's seconds are words, `*n` repeats them: `.` no error; `e` one errored block; `b299` so many errored blocks; `S`
300 of 1000, severely errored; `D` a defect (LOS, AIS or LOF); `f27` so many errored FAS on a line without CRC-4; `F3`
three errored FAS beside CRC-4; `E1` one E bit of 0; `R` RAI; `s` a slip, `s5` five. `clean:n` are n seconds without
anything at once.
"""

from __future__ import annotations

import random

import msgspec
import pytest

from switchsim.proto.e1 import (
    Availability,
    Counts,
    Crossing,
    Limits,
    Measured,
    Performance,
    PerformanceState,
    Result,
    Second,
    ratios,
)

SECONDS = {
    ".": Second(), "e": Second(errored=1), "S": Second(errored=300), "D": Second(defect=True), "R": Second(rai=True),
    "s": Second(slips=1),
}  # fmt: skip
COUNTED = {"b": "errored", "F": "fas_errors", "E": "far_errored", "s": "slips"}


def read(word: str) -> Second:
    if word in SECONDS:
        return SECONDS[word]
    if word[0] == "f":
        return Second(blocks=0, fas_errors=int(word[1:]))
    return msgspec.structs.replace(Second(), **{COUNTED[word[0]]: int(word[1:])})


def give(path: Performance, words: str) -> list[Result]:
    results: list[Result] = []
    for word in words.split():
        if word.startswith("clean:"):
            results += path.clean(int(word[6:]))
            continue
        what, _, times = word.partition("*")
        for _ in range(int(times or 1)):
            results += path.second(read(what))
    return results


def new(begin: int = 0, **limits: int) -> Performance:
    return Performance(PerformanceState.starting(begin), Limits(**limits))


def row(words: str, near: str = "", far: str = "", *, clause: str) -> object:
    return pytest.param(words, near, far, id=clause)


def counts(text: str) -> Counts:
    """`es 2, ses 1` as Counts."""
    pairs = [pair.split() for pair in text.split(",") if pair.strip()]
    return Counts(**{what: int(number) for what, number in pairs})


WHAT_A_SECOND_IS = [
    row(".", clause="3.1: a second without an errored block is no ES"),
    row("e", "es 1, bbe 1", clause="3.1.2: one errored block makes an ES"),
    row("b299", "es 1, bbe 299", clause="3.1.3: 29.9 % errored blocks are no SES"),
    row("S", "es 1, ses 1", clause="3.1.3: 30 % errored blocks make a SES, which is an ES"),
    row("b1000", "es 1, ses 1", clause="3.1.3: all blocks errored"),
    row("D", "es 1, ses 1", clause="3.1.3: a defect makes a SES without any errored block"),
    row("S", "es 1, ses 1, bbe 0", clause="3.1.4: errored blocks of a SES are no BBE"),
    row("b299 S e", "es 3, ses 1, bbe 300", clause="3.1.4: BBE on both sides of a SES"),
    row("F3", "es 1, bbe 3", clause="annex B.2: an errored FAS (anomaly a1) is an errored block, too"),
    row("f1", "es 1", clause="annex B.2: without CRC-4 an errored FAS makes an ES, and nothing tells BBE"),
    row("f27", "es 1", clause="annex B.2: without CRC-4 27 errored FAS are no SES"),
    row("f28", "es 1, ses 1", clause="M.2100: 28 errored FAS in a second are a bit error ratio of 1e-3, a SES"),
    row("E1", "", "es 1, bbe 1", clause="annex B.2: an E bit of 0 is an errored block of the far end alone"),
    row("E299", "", "es 1, bbe 299", clause="annex B.2: 299 E bits of 0 are no SES of the far end"),
    row("E300", "", "es 1, ses 1", clause="annex B.2: 300 E bits of 0 make a SES of the far end"),
    row("R", "", "es 1, ses 1", clause="annex B.2: RAI is the far end's defect"),
    row("s", "slips 1", clause="G.822: a slip is no errored block of the path"),
]

AVAILABILITY = [
    row("S*9 .", "es 9, ses 9", clause="annex A.1: nine SES, then a good second: available all the time"),
    row("S*10", "uas 10", clause="annex A.1: ten SES are unavailable time from the first of them on"),
    row("S*10 .", "uas 11", clause="annex A.1: a good second does not end it"),
    row("S*10 .*9", "uas 19", clause="annex A.1: nor do nine"),
    row("S*10 .*10", "uas 10", clause="annex A.1: ten seconds without SES are available from the first of them on"),
    row("S*10 .*9 S", "uas 20", clause="annex A.1: a SES after nine begins the ten anew; the nine are unavailable"),
    row("S*10 .*9 S .*10", "uas 20", clause="annex A.1: and then the ten good ones are available"),
    row("S*10 e*10", "es 10, uas 10, bbe 10", clause="annex A.1: ten non-SES that are ES end it, and are counted"),
    row("S*10 e*9 S", "uas 20", clause="annex A.1: ES of nine seconds that did not end it are not counted"),
    row("S*10 e S e S e", "uas 15", clause="annex A.1: ES and SES in unavailable time are not counted"),
    row("e*5 S*10", "es 5, bbe 5, uas 10", clause="annex A.1: what was before the ten stays"),
    row("S*5 e S*9 .", "es 15, ses 14, bbe 1", clause="annex A.1: an ES that is no SES breaks the ten"),
    row("S*9 e S*10", "es 10, ses 9, bbe 1, uas 10", clause="annex A.1: the ten begin anew after it"),
    row("D*10", "uas 10", clause="annex A.1: seconds with a defect are SES: ten of them are unavailable"),
    row("D*3 S*4 D*3", "uas 10", clause="annex A.1: SES of either cause count together"),
    row("D*3600 .*10", "uas 3600", clause="annex A.1: an hour without signal"),
    row("R*10 E1", "", "uas 11", clause="annex A.2: the far end's availability is its own"),
    row("D*10 R*9 .", "uas 10", "es 9, ses 9", clause="annex A.2: unavailable here, available there"),
    row("S*10 s*3", "uas 13, slips 3", clause="G.822: slips are counted in unavailable time, too"),
]


@pytest.mark.parametrize(("words", "near", "far"), WHAT_A_SECOND_IS + AVAILABILITY)
def test_counts(words: str, near: str, far: str) -> None:
    path = new()
    give(path, words)
    given = [next(one for one in path.readings(every=True) if (one.side, one.period) == (side, "24h")).counts
             for side in ("near", "far")]
    assert given == [counts(near), counts(far)]


def test_g826_annex_a_1_the_change_is_told_with_the_second_it_began() -> None:
    told = [one for one in give(new(), ".*5 S*9 e S*12 .*9 S .*11") if isinstance(one, Availability)]
    assert told == [Availability(25, "near", False, since=15), Availability(47, "near", True, since=37)]


def test_m2100_threshold_of_805_blocks_as_an_option() -> None:
    path = new(ses_blocks=805)
    give(path, "b804 b805")
    assert path.readings()[0].counts == counts("es 2, ses 1, bbe 804")


def test_g826_3_2_ratios_are_over_available_time_and_bber_leaves_out_ses() -> None:
    path = new()
    give(path, "e*2 S .*87 S*10")
    day = path.readings()[1]
    assert (day.period, day.seconds, day.counts) == ("24h", 90, counts("es 3, ses 1, bbe 2, uas 10"))
    assert ratios(day) == (33_333_333, 11_111_111, 22_471)  # 3/90, 1/90, 2/(89 * 1000)
    none = give(new(), "S*900")[-1]
    assert isinstance(none, Measured)
    assert (none.seconds, none.counts) == (0, counts("uas 900"))
    assert ratios(none) == (None, None, None)


def quarter(words: str, begin: int = 0) -> list[tuple[int, int, int, Counts]]:
    """(when told, since, available seconds, counts) of every 15-minute register of the near end that closed."""
    return [(one.at, one.since, one.seconds, one.counts) for one in give(new(begin), words)
            if isinstance(one, Measured) and one.period == "15min"]


REGISTERS = [
    ("a register without anything is not told", 0, "clean:2700", []),
    ("a register closes with its last second", 0, "e clean:899", [(900, 0, 900, "es 1, bbe 1")]),
    ("one second before it is open", 0, "e clean:898", []),
    ("registers lie on whole quarters of an hour", 850, "e clean:49", [(900, 0, 50, "es 1, bbe 1")]),
    ("ten SES over the edge that become unavailable are divided", 0, "clean:895 S*10 clean:885",
     [(905, 0, 895, "uas 5")]),
    ("and the second one is told when it ends", 0, "clean:895 S*10 clean:895",
     [(905, 0, 895, "uas 5"), (1800, 900, 895, "uas 5")]),
    ("nine SES over the edge are counted where they were", 0, "clean:895 S*9 clean:896",
     [(905, 0, 900, "es 5, ses 5"), (1800, 900, 900, "es 4, ses 4")]),
    ("ten good seconds over the edge belong to available time on both sides", 0, "clean:885 S*10 clean:905",
     [(905, 0, 890, "uas 10")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "words", "expected"), [one[1:] for one in REGISTERS], ids=[one[0] for one in REGISTERS])
def test_m2120_registers_of_15_minutes(begin: int, words: str, expected: list[tuple[int, int, int, str]]) -> None:
    assert quarter(words, begin) == [(*row[:3], counts(row[3])) for row in expected]


def test_m2120_registers_of_24_hours_and_how_many_are_kept() -> None:
    path = new()
    told = give(path, "e clean:86399 e clean:86399")
    days = [one for one in told if isinstance(one, Measured) and one.period == "24h"]
    assert [(one.since, one.counts.es) for one in days] == [(0, 1), (86400, 1)]
    assert [one.since for one in path.history("near", "15min")] == [86400]  # 96 of them are kept: a day
    assert [one.since for one in path.history("near", "24h")] == [86400]
    give(path, "clean:900")
    assert path.history("near", "15min") == []


THRESHOLDS = [
    ("M.2120: 120 ES in 15 minutes", "e*119", []),
    ("M.2120: 120 ES in 15 minutes, reached", "e*120", [(120, "15min", "es", 120)]),
    ("M.2120: once a period", "e*300", [(120, "15min", "es", 120)]),
    ("M.2120: once in each period", "e*120 clean:780 e*120", [(120, "15min", "es", 120), (1020, "15min", "es", 120)]),
    ("M.2120: 15 SES in 15 minutes; told when it is known that they are available time", "S*9 . S*6 .",
     [(17, "15min", "ses", 15)]),
    ("M.2120: unavailable seconds are no SES", "S*100", [(10, "15min", "uas", 10)]),
    ("G.822: more than five slips in 24 hours", "s*5 clean:900 s clean:900", [(906, "24h", "slips", 6)]),
    ("several slips of one second reach it too", "s5 s3", [(2, "24h", "slips", 6)]),
]


@pytest.mark.parametrize(("words", "expected"), [one[1:] for one in THRESHOLDS], ids=[one[0] for one in THRESHOLDS])
def test_threshold_crossing_alerts(words: str, expected: list[tuple[int, str, str, int]]) -> None:
    told = [one for one in give(new(), words) if isinstance(one, Crossing)]
    assert [(one.at, one.period, one.what, one.threshold) for one in told] == expected
    assert all(one.value >= one.threshold and one.side == "near" for one in told)


def test_thresholds_are_parameters() -> None:
    state = PerformanceState.starting(0)
    path = Performance(state, thresholds={"15min": {"bbe": 500, "es": 0}, "24h": {}})
    told = [one for one in give(path, "b200*2 b299 e*200") if isinstance(one, Crossing)]
    assert told == [Crossing(3, "near", "15min", "bbe", 699, 500)]


def test_what_is_due_next() -> None:
    path = new()
    assert path.due() is None, "nothing ever, while there are no errors"
    give(path, "clean:100 e")
    assert path.due() == 900
    give(path, "S")
    assert path.due() == 103, "the next second decides"
    give(path, ".")
    assert path.due() == 900
    give(path, "clean:797")
    assert path.due() == 86400
    give(path, "D*10")
    assert path.due() == 911


def random_words(draw: random.Random) -> list[str]:
    """Bursts of trouble with long clean times between."""
    words = []
    for _ in range(draw.randrange(2, 9)):
        words += draw.choices("eSDRs.", (2, 6, 4, 4, 1, 3), k=draw.choice((1, 3, 12)))
        words += draw.choice(("S", "R", ".", "D")) * draw.choice((0, 9, 10, 11))
        words.append(f"clean:{draw.choice((1, 9, 10, 11, 300, 899, 900, 1801, 90_000 // draw.randrange(1, 30)))}")
    return words


@pytest.mark.parametrize("seed", range(40))
def test_clean_seconds_at_once_equal_clean_seconds_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    words, begin = random_words(draw), draw.choice((0, 1, 899, 12_345))
    jumped, stepped = new(begin), new(begin)
    one_by_one = " ".join(f".*{word[6:]}" if word.startswith("clean:") else word for word in words)
    assert give(jumped, " ".join(words)) == give(stepped, one_by_one)
    assert jumped.state == stepped.state


def test_the_property_can_fail() -> None:
    jumped, stepped = new(), new()
    give(jumped, "S*10 clean:9")
    give(stepped, "S*10 .*10")
    assert jumped.state != stepped.state


def test_state_is_plain_values() -> None:
    path = new()
    give(path, "e S*12 clean:950 e R*4")
    octets = msgspec.msgpack.encode(path.state)
    again = Performance(msgspec.msgpack.decode(octets, type=PerformanceState))
    assert again.state == path.state
    assert give(again, "R*6 clean:5000") == give(path, "R*6 clean:5000")
    assert again.state == path.state


def test_clean_until() -> None:
    path = new(100)
    path.clean_until(50)
    assert path.at == 100, "what is over is over"
    path.clean_until(1000)
    assert path.at == 1000
