"""G.821 for connections of 64 kbit/s and N x 64 kbit/s out of service: seconds by bit errors of a test pattern."""

from __future__ import annotations

import pytest

from switchsim.proto.e1 import BitPerformance, Counts, SideState, ratios

ROWS = [
    # id, timeslots, bit errors of each second (-1: the pattern or the signal is lost), expected
    ("3.1: no error, no ES", 1, [0], Counts()),
    ("3.1: one bit error makes an ES", 1, [1], Counts(es=1)),
    ("3.2: 63 of 64000 are below 1e-3", 1, [63], Counts(es=1)),
    ("3.2: 64 of 64000 are 1e-3, a SES", 1, [64], Counts(es=1, ses=1)),
    ("3.2: N x 64: 1919 of 1920000", 30, [1919], Counts(es=1)),
    ("3.2: N x 64: 1920 of 1920000", 30, [1920], Counts(es=1, ses=1)),
    ("3.2: 2 x 64: the threshold grows with the rate", 2, [127, 128], Counts(es=2, ses=1)),
    ("3.2: loss of the signal or of the pattern is a SES", 1, [-1], Counts(es=1, ses=1)),
    ("annex A: nine SES", 1, [64] * 9 + [0], Counts(es=9, ses=9)),
    ("annex A: ten SES are unavailable", 1, [64] * 10, Counts(uas=10)),
    ("annex A: nine good ones do not end it", 1, [64] * 10 + [0] * 9, Counts(uas=19)),
    ("annex A: ten with errors below 1e-3 end it, and are ES", 1, [64] * 10 + [63] * 10, Counts(es=10, uas=10)),
    ("annex A: lost pattern for a minute, then good", 1, [-1] * 60 + [0] * 10, Counts(uas=60)),
]


@pytest.mark.parametrize(("timeslots", "errors", "expected"), [one[1:] for one in ROWS], ids=[one[0] for one in ROWS])
def test_g821(timeslots: int, errors: list[int], expected: Counts) -> None:
    measured = BitPerformance(SideState.starting(0), timeslots)
    for number in errors:
        measured.second(max(number, 0), lost=number < 0)
    assert measured.readings(every=True)[-1].counts == expected


def test_clean_seconds_at_once() -> None:
    one, many = (BitPerformance(SideState.starting(0), 1) for _ in range(2))
    for errors in [64] * 10 + [0] * 2000:
        one.second(errors)
    for _ in range(10):
        many.second(64)
    many.clean(2000)
    assert one.state == many.state
    day = many.readings()[-1]
    assert (day.seconds, day.counts) == (2000, Counts(uas=10))
    assert ratios(day)[:2] == (0, 0)


@pytest.mark.parametrize("timeslots", [0, 32])
def test_a_connection_has_1_to_31_timeslots(timeslots: int) -> None:
    with pytest.raises(AssertionError):
        BitPerformance(SideState.starting(0), timeslots)
