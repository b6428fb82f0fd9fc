"""AMI blocks, classes of events, answers and expressions: what a client may send, and what it reads."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.proto.ami import Block, ReaderState, TooMuch, mask_of, read, written
from switchsim.proto.ami.answers import error, item, listing, success
from switchsim.proto.ami.blocks import BLOCK_LINES, BLOCK_OCTETS, LINE_OCTETS
from switchsim.proto.ami.classes import BITS, EVERYTHING, NOTHING, is_true
from switchsim.proto.ami.pattern import MOST_CHARACTERS, compiled


def blocks(*pieces: bytes) -> list[Block | TooMuch]:
    state = ReaderState()
    return [one for piece in pieces for one in read(state, piece)]


# -- blocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_block_ends_with_an_empty_line_of_either_kind(end: bytes) -> None:
    found = blocks(end.join([b"Action: Ping", b"ActionID: 7", b"", b""]))
    assert found == [Block([("Action", "Ping"), ("ActionID", "7")])]


def test_keys_have_no_case_and_header_order_is_free() -> None:
    (block,) = blocks(b"actionID:7\r\nACTION:   Login\r\n\r\n")
    assert isinstance(block, Block)
    assert (block.get("Action"), block.get("ActionID"), block.get("Secret")) == ("Login", "7", "")


def test_variable_may_repeat_and_an_empty_first_value_is_passed_over() -> None:
    (block,) = blocks(b"Variable: a=1\r\nvariable: b=2\r\nExten:\r\nExten: 10\r\n\r\n")
    assert isinstance(block, Block)
    assert block.all("Variable") == ["a=1", "b=2"]
    assert (block.get("Exten"), block.count("exten")) == ("10", 2)


def test_a_line_without_colon_and_octets_that_are_no_utf8_harm_nobody() -> None:
    (block,) = blocks(b"GET / HTTP/1.1\r\nAction: \xff\xfePing\r\n\r\n")
    assert block == Block([("GET / HTTP/1.1", ""), ("Action", "\ufffd\ufffdPing")])


def test_an_empty_line_alone_is_an_action_without_a_name() -> None:
    assert blocks(b"\r\n\r\n") == [Block([]), Block([])]


@pytest.mark.parametrize(("octets", "why"), [
    (b"A: " + b"x" * LINE_OCTETS + b"\r\n\r\n", "line"),
    (b"x" * 10_000_000, "line"),
    (b"a: b\r\n" * (BLOCK_LINES + 1) + b"\r\n", "lines"),
    ((b"k: " + b"x" * 4000 + b"\r\n") * (BLOCK_OCTETS // 4003 + 1) + b"\r\n", f"{BLOCK_OCTETS} octets"),
])
def test_beyond_a_limit_there_is_one_refusal_and_nothing_more(octets: bytes, why: str) -> None:
    found = blocks(octets, b"\r\n\r\nAction: Ping\r\n\r\n")
    assert len(found) == 1
    assert isinstance(found[0], TooMuch)
    assert why in found[0].why


def test_what_is_just_within_the_limits_is_taken() -> None:
    (line,) = blocks(b"A: " + b"x" * (LINE_OCTETS - 3) + b"\r\n\r\n")
    assert isinstance(line, Block)
    assert len(line.get("a")) == LINE_OCTETS - 3
    (many,) = blocks(b"a: b\r\n" * BLOCK_LINES + b"\r\n")
    assert isinstance(many, Block)
    assert many.count("a") == BLOCK_LINES


PIECES = st.lists(st.sampled_from([b"Action: Ping", b"\r\n", b"\n", b"\r", b":", b"ActionID: 1", b"\xff", b"x" * 3000,
                                   b"Variable: a=b"]), max_size=60)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(PIECES.map(b"".join), st.binary(max_size=300)), st.lists(st.integers(0, 9000), max_size=8))
def test_the_blocks_do_not_depend_on_how_the_stream_was_cut(octets: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(octets)]
    cut = [octets[low:high] for low, high in pairwise(places)]
    whole = blocks(octets)
    assert blocks(*cut) == whole
    assert blocks(*[octets[n : n + 1] for n in range(len(octets))]) == whole


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=20)), max_size=8))
def test_no_value_begins_a_line_of_its_own(fields: list[tuple[str, str]]) -> None:
    lines = written(fields).encode().split(b"\r\n")
    assert len(lines) == len(fields) + 2
    assert not [line for line in lines if b"\r" in line or b"\n" in line]


def test_what_is_written_is_read_again() -> None:
    fields = [("Event", "Hangup"), ("Cause-txt", "User alerting, no answer"), ("CallerIDName", "李: 1")]
    assert blocks(written(fields).encode()) == [Block(fields)]


# -- answers -------------------------------------------------------------------------------------------------------


def test_the_action_id_comes_right_after_the_response() -> None:
    asked = Block([("Action", "Hangup"), ("ActionID", "a/1")])
    assert error(asked, "No such channel") == "Response: Error\r\nActionID: a/1\r\nMessage: No such channel\r\n\r\n"
    assert success(Block([("Action", "x")]), "Fine") == "Response: Success\r\nMessage: Fine\r\n\r\n"


def test_an_action_id_can_not_inject_a_line() -> None:
    assert success(Block([("ActionID", "1\r\nEvent: Forged")])).count("\r\n") == 3


def test_a_list_is_announced_told_item_by_item_and_ended() -> None:
    asked = Block([("ActionID", "5")])
    rows = [item(asked, "QueueMember", [("Queue", "a")])]
    text = listing(asked, "Queue status will follow", rows, "QueueStatusComplete")
    assert text == (
        "Response: Success\r\nActionID: 5\r\nEventList: start\r\nMessage: Queue status will follow\r\n\r\n"
        "Event: QueueMember\r\nQueue: a\r\nActionID: 5\r\n\r\n"
        "Event: QueueStatusComplete\r\nActionID: 5\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
    )


# -- classes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "mask"), [
    ("on", EVERYTHING), ("off", NOTHING), ("", None), ("  ", None), ("Yes", EVERYTHING), ("0", 0), ("2", 2),
    ("call", BITS["call"]), ("system,call , AGENT", BITS["system"] | BITS["call"] | BITS["agent"]),
    ("call,call", BITS["call"]), ("nonsense", 0), ("nonsense,dtmf", BITS["dtmf"]), ("all", EVERYTHING),
    ("none", NOTHING), ("9" * 40, EVERYTHING),
])  # fmt: skip
def test_masks_of_events(text: str, mask: int | None) -> None:
    assert mask_of(text) == mask


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_mask_is_none_or_a_number(text: str) -> None:
    mask = mask_of(text)
    assert mask is None or 0 <= mask <= EVERYTHING
    assert is_true(text) in (True, False)


# -- expressions ---------------------------------------------------------------------------------------------------

TEXTS = ["", "SEAT/1001-00000002", "E1/e1-0/16-0000000a", "aaa", "ab", "b", "]", "-", "a-z"]
EXPRESSIONS = [
    "", "SEAT", "^SEAT/.*$", "^E1/e1-0/[0-9]+-", "(SEAT|E1)/", "^$", "a+b?", "(a|b)*", "[^a]", "[a-c]+$", r"\.",
    "(ab)?", "x|y|a", "a.*b|E1", "[]]", "[-a]", "()", "|a", "(^a|b$)", "a**", "[^]a]",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_matches_what_the_standard_one_matches(expression: str) -> None:
    ours = compiled(expression)
    assert ours is not None
    theirs = re.compile(expression.replace("a**", "a*"))
    assert [ours.search(text) for text in TEXTS] == [bool(theirs.search(text)) for text in TEXTS]


@pytest.mark.parametrize("expression", ["(", ")", "a)", "[", "[a", "*", "+a", "a|*", "\\", "[z-a]", "(" * 200,
                                        "a" * (MOST_CHARACTERS + 1)])  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    assert compiled(expression) is None


def test_no_expression_takes_long() -> None:
    hostile = compiled("(a*)*" * 40 + "c")
    assert hostile is not None
    assert not hostile.search("a" * 200)


@settings(max_examples=300, deadline=None)
@given(st.text("ab(|)*+?[]^$.\\-", max_size=14), st.text("ab-]", max_size=8))
def test_any_expression_is_refused_or_answered(expression: str, text: str) -> None:
    ours = compiled(expression)
    assert ours is None or ours.search(text) in (True, False)


@settings(max_examples=200, deadline=None)
@given(st.text("ab(|).^$", max_size=14), st.text("ab", max_size=8))
def test_an_expression_without_repetition_agrees_with_the_standard_one(expression: str, text: str) -> None:
    ours = compiled(expression)
    try:
        theirs = re.compile(expression)
    except re.error:
        assert ours is None
        return
    assert ours is not None
    assert ours.search(text) == bool(theirs.search(text))
