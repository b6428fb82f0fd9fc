"""Flow files: what they may say, and that each mistake is told with its line."""

from __future__ import annotations

import pytest

from switchsim.assembly.flow_review import Known, read_flow
from switchsim.assembly.yamlfile import parse
from switchsim.callcentre.ivr.flow import (
    Answer,
    Branch,
    Collect,
    Flow,
    HangUpBlock,
    LookUpBlock,
    Menu,
    Play,
    Queue,
    Record,
    Set,
    Transfer,
    expand,
    followers,
    pack,
    unpack,
)
from switchsim.errors import BadInput
from switchsim.units import ms, seconds

KNOWN = Known(("welcome", "menu", "thanks"), ("sales", "service"), ("customer",))
EVERYTHING = """
format: 1
flow: everything
start: answer
blocks:
  answer: {answer: true, next: welcome}
  welcome: {play: [welcome, menu], next: ask}
  ask:
    menu: {play: [menu], choices: {"1": who, "2": pick, "*": message}, timeout: 4s, attempts: 3, otherwise: bye}
  who:
    collect: {play: [menu], digits: 6, end: "#", timeout: 3s, attempts: 2, into: account, next: find, otherwise: bye}
  find:
    lookup: {statement: customer, parameters: {account: "${account}"}, into: customer, found: note, empty: bye,
             failed: bye, wait: 500ms}
  note: {set: {level: "${customer.level}", who: "${calling} on ${number}"}, next: pick}
  pick:
    branch: {on: customer.level, cases: {gold: sales, silver: over}, otherwise: over}
  sales: {queue: sales, otherwise: bye}
  over: {transfer: "0${account}"}
  message:
    record: {name: "message-${call}", limit: 20s, silence: 2s, stops: "#", beep: false, next: bye}
  bye: {hangup: 16}
"""


def flow_of(text: str, known: Known = KNOWN) -> Flow:
    return read_flow(parse(text.encode(), "hotline.yaml"), known)


def wrong(text: str) -> list[tuple[int, str]]:
    """(line, what) of everything that is wrong."""
    with pytest.raises(BadInput) as found:
        flow_of(text)
    assert all(problem.file == "hotline.yaml" for problem in found.value.problems)
    return [(problem.line, problem.what) for problem in found.value.problems]


def blocks(*lines: str) -> str:
    """A flow of these blocks, the first from line 5 on."""
    return "format: 1\nflow: small\nstart: a\nblocks:\n" + "".join(f"  {line}\n" for line in lines)


def test_every_sort_of_block_becomes_what_an_ivr_runs() -> None:
    flow = flow_of(EVERYTHING)
    assert (flow.name, flow.start) == ("everything", "answer")
    assert flow.blocks == {
        "answer": Answer("welcome"),
        "welcome": Play(("welcome", "menu"), "ask"),
        "ask": Menu(("menu",), {"1": "who", "2": "pick", "*": "message"}, seconds(4), 3, "bye"),
        "who": Collect(("menu",), 6, "#", seconds(3), 2, "account", "find", "bye"),
        "find": LookUpBlock("customer", {"account": "${account}"}, "customer", "note", "bye", "bye", ms(500)),
        "note": Set({"level": "${customer.level}", "who": "${calling} on ${number}"}, "pick"),
        "pick": Branch("customer.level", {"gold": "sales", "silver": "over"}, "over"),
        "sales": Queue("sales", "bye"),
        "over": Transfer("0${account}", ""),
        "message": Record("message-${call}", seconds(20), seconds(2), "#", False, "bye"),
        "bye": HangUpBlock(16),
    }


def test_a_flow_comes_back_from_the_octets_of_its_file() -> None:
    flow = flow_of(EVERYTHING)
    assert unpack(pack(flow)) == flow


@pytest.mark.parametrize("octets", [b"", b"\xc1", b"format: 1", pack(Flow("x", "nowhere", {}))])
def test_octets_that_are_no_flow_are_none(octets: bytes) -> None:
    assert unpack(octets) is None


def test_followers_are_told_once_and_in_order() -> None:
    flow = flow_of(EVERYTHING)
    assert followers(flow.blocks["ask"]) == ("who", "pick", "message", "bye")
    assert followers(flow.blocks["find"]) == ("note", "bye")
    assert followers(flow.blocks["over"]) == ()


def test_texts_are_filled_with_variables() -> None:
    assert expand("0${a}-${b.c}${none}$x${", {"a": "1", "b.c": "2"}) == "01-2$x${"
    assert len(expand("${a}${a}", {"a": "x" * 800})) == 1_000


MISTAKES = [
    ("a block that is not there", blocks("a: {play: [menu], next: nowhere}"), 5, "block a: no block 'nowhere'"),
    ("a start that is not there", blocks("b: {hangup: 16}"), 3, "no block 'a'"),
    ("an unknown sound", blocks("a: {play: [musak], next: b}", "b: {hangup: 16}"), 5, "block a: no sound 'musak'"),
    ("an unknown queue", blocks("a: {queue: nobody}"), 5, "block a: no queue 'nobody'"),
    ("an unknown statement",
     blocks("a: {lookup: {statement: what, into: x, found: b, empty: b, failed: b}}", "b: {hangup: 16}"), 5,
     "block a: no statement 'what'"),
    ("a block that nobody reaches", blocks("a: {hangup: 16}", "b: {hangup: 17}"), 6, "block b: nobody comes here"),
    ("a variable that nothing sets", blocks('a: {transfer: "${account}"}'), 5,
     "block a: nothing sets the variable 'account'"),
    ("a branch on a variable that nothing sets",
     blocks("a: {branch: {on: level, cases: {x: b}, otherwise: b}}", "b: {hangup: 16}"), 5,
     "block a: nothing sets the variable 'level'"),
    ("a circle without waiting",
     blocks("a: {set: {x: '1'}, next: b}", "b: {branch: {on: x, cases: {'1': a}, otherwise: a}}"), 5,
     "block a: goes round without waiting: a -> b -> a"),
    ("a number that is none", blocks("a: {transfer: bob}"), 5, "block a: 'bob' is no number"),
    ("a broken variable", blocks('a: {set: {x: "${"}, next: b}', "b: {hangup: 16}"), 5,
     "blocks.a.set.x: '${' has a broken variable"),
    ("a cause out of range", blocks("a: {hangup: 128}"), 5, None),
    ("a sort of block that is none", blocks("a: {dance: true}"), 5, None),
    ("a key too many", blocks("a: {hangup: 16, cause: 17}"), 5, None),
    ("a digit that is none", blocks("a: {menu: {play: [], choices: {x: b}, otherwise: b}}", "b: {hangup: 16}"), 5,
     None),
    ("answer: false", blocks("a: {answer: false, next: b}", "b: {hangup: 16}"), 5, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "what"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_told_with_its_line(text: str, line: int, what: str | None) -> None:
    found = wrong(text)
    assert found[0][0] == line
    assert what is None or (line, what) in found


def test_all_mistakes_of_a_flow_are_told_at_once() -> None:
    text = blocks("a: {play: [musak], next: nowhere}", "b: {queue: nobody}")
    assert [what for _, what in wrong(text)] == [
        "block a: no block 'nowhere'", "block a: no sound 'musak'", "block b: no queue 'nobody'"]


def test_a_circle_that_waits_is_none() -> None:
    flow_of(blocks("a: {menu: {play: [menu], choices: {'1': a}, otherwise: a}}"))
