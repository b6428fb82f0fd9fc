"""The outside options: what they mean, and what is said about wrong ones."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.errors import BadInput
from switchsim.sut.options import FAST, REAL, check_options, default_pace, parse_attach, parse_clock, parse_pace


def test_an_attachment_is_parsed() -> None:
    option = parse_attach("e1-0:16=hdlc:unix:/tmp/a:b=c.sock")
    assert (option.line, option.timeslot, option.mode.name, option.path) == ("e1-0", 16, "hdlc", "/tmp/a:b=c.sock")
    assert option.name == "e1-0:16"


@pytest.mark.parametrize("text", [
    "", "e1-0", "e1-0:16", "e1-0:16=hdlc", "e1-0:0=hdlc:unix:/s", "e1-0:32=hdlc:unix:/s", "e1-0:x=hdlc:unix:/s",
    "e1-0:16=tcp:unix:/s", "e1-0:16=hdlc:tcp:/s", "e1-0:16=hdlc:unix:", ":16=hdlc:unix:/s", "e1-0:16=hdlc:unix:/a\0b",
    "e1-0:16=hdlc:unix:/" + "x" * 107, "e1-0:16=cas:unix:/s",
])
def test_a_wrong_attachment_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(BadInput, match="expected") as caught:
        parse_attach(text)
    assert caught.value.problems[0].file == "--attach"


@given(st.text(max_size=40))
def test_any_text_is_an_option_or_bad_input(text: str) -> None:
    for parse in (parse_attach, parse_clock, parse_pace):
        with contextlib.suppress(BadInput):
            parse(text)


@pytest.mark.parametrize(("text", "milli"), [("fast", 0), ("real", 1000), ("2", 2000), ("0.25", 250), ("2.5", 2500)])
def test_the_pace_is_thousandths_of_real_time(text: str, milli: int) -> None:
    assert parse_pace(text).milli_factor == milli


@pytest.mark.parametrize("text", ["0", "0.000", "-1", "slow", "1e3", "1.2345", ""])
def test_a_wrong_pace_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="fast, real"):
        parse_pace(text)


def test_a_timeslot_or_a_path_used_twice_is_refused_and_all_are_named() -> None:
    attaches = [parse_attach("e1-0:16=hdlc:unix:/a"), parse_attach("e1-0:16=raw:unix:/b")]
    with pytest.raises(BadInput) as caught:
        check_options(attaches, [parse_clock("unix:/b")])
    assert [problem.what for problem in caught.value.problems] == [
        "timeslot e1-0:16 is attached twice", "the socket /b is used twice"]
    check_options(attaches[:1], [parse_clock("unix:/b")])


def test_a_clock_or_a_block_mode_sets_the_pace() -> None:
    hdlc, raw = parse_attach("l:16=hdlc:unix:/a"), parse_attach("l:1=raw:unix:/b")
    assert default_pace([hdlc], []) is REAL
    assert default_pace([hdlc, raw], []) is FAST
    assert default_pace([hdlc], [parse_clock("unix:/c")]) is FAST
