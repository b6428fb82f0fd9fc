"""docs/cti.md tells the truth: every event has its row, what interfaces tell is told, and a call's events come so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from platform_table_bench import Place

from switchsim.callcentre.ami import projection
from switchsim.callcentre.csta.lines import Lines
from switchsim.model import cti, cti_orders
from switchsim.model.cti import Told
from switchsim.proto.csta.vocabulary import EVENTS
from switchsim.units import ms, seconds

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cti.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## What becomes of an event\n")[2].partition("\n## ")[0]
ROWS = {cells[0].strip(" `"): cells[1:] for line in TABLE.splitlines() if line.startswith("| `")
        for cells in [line.strip("|").split("|")]}  # fmt: skip
EVENT_NAMES = [name for name, kind in vars(cti).items()
               if isinstance(kind, type) and issubclass(kind, cti.CtiEvent) and kind is not cti.CtiEvent]  # fmt: skip
WORD = re.compile(r"\b[A-Z][A-Za-z]{3,}\b")
WORDS_OF_NO_EVENT = {"Exten", "Application", "Response", "CSTAErrorCode", "RouteRequest", "HANGUP", "Bridge"}


def told_by_ami() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in (ROOT / "switchsim/callcentre/ami").glob("*.py"))


def test_each_event_has_its_row_in_the_order_of_the_model() -> None:
    assert list(ROWS) == EVENT_NAMES


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_what_interfaces_are_said_to_tell_they_tell(event: str) -> None:
    _, ami, csta, _ = ROWS[event]
    source = told_by_ami()
    assert not [word for word in WORD.findall(ami) if word not in WORDS_OF_NO_EVENT and f'"{word}"' not in source]
    assert not [word for word in WORD.findall(csta) if word not in WORDS_OF_NO_EVENT and f"{word}Event" not in EVENTS]


def test_an_event_that_an_interface_passes_over_is_said_to_be_so() -> None:
    answered = {"Ordered", "AllBegins", "AllTold"}
    passed_over = {name for name, (_, ami, _, _) in ROWS.items() if ami.strip() == "-"}
    assert passed_over == set(ROWS) - {kind.__name__ for kind in projection._HANDLERS} - answered
    nobody: Any = None
    handled = {kind.__name__ for kind in Lines(nobody, nobody).handlers}
    silent = {name for name, (_, _, csta, _) in ROWS.items() if csta.strip() == "-"}
    assert silent == set(ROWS) - handled - answered - {"SeatChanged", "MemberChanged", "RouteAsked"}


def test_a_queue_call_is_told_as_the_page_says() -> None:
    block = re.search(r"<!-- order: queue call -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    quoted = [line.split() for line in block[1].splitlines()]
    assert told_of_a_queue_call() == quoted


def told_of_a_queue_call() -> list[list[str]]:
    """A caller who is served by a seat and hangs up: events, and orders as `< Order`."""
    place = Place()
    heard: list[list[str]] = []
    server: Any = place.machine.part("callcentre/cti_server")
    send, letter = server.write, server.letter

    def write(to: str, body: Any) -> None:
        if isinstance(body, Told):
            heard.append(words(body.event))
        send(to, body)

    def taken(sender: str, body: Any) -> None:
        heard.append(["<", type(body.body).__name__])
        letter(sender, body)

    server.write, server.letter = write, taken
    caller = place.begin("10061")
    place.until_seat("1001", "talk")
    place.run(ms(20))
    caller.hang_up()
    place.run(seconds(3))
    return heard


def words(event: Any) -> list[str]:
    name = type(event).__name__
    match name:
        case "LegChanged":
            return [name, "seat" if event.device.startswith("SEAT/") else "trunk", event.state]
        case "SeatChanged":
            return [name, event.state]
        case "QueueLeft" | "SeatCallEnded" | "SeatServed":
            return [name, event.why]
        case _:
            return [name]


def test_every_order_that_the_page_names_is_one() -> None:
    known = {*EVENT_NAMES, *vars(cti_orders), "CtiUp"}
    named = set(re.findall(r"`([A-Z][a-z]+[A-Z][A-Za-z]+)`", PAGE))
    assert named - known == set()
