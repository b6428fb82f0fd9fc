"""The page about interworking says of causes what the tables of the program say."""

from __future__ import annotations

import re
from pathlib import Path

from switchsim.firmware.reference.interworking import LOCAL
from switchsim.proto.tup.causes import CAUSE_OF, MESSAGE_OF
from switchsim.proto.tup.messages import MessageType

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "interworking.md").read_text(encoding="utf-8").split())


def numbers(text: str) -> set[int]:
    """`6, 81 to 86 and 5` -> 6, 81 .. 86, 5."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def test_causes_of_one_access() -> None:
    listed = re.search(r"Those of one access or one message \(([^)]*)\)", PAGE)
    assert listed is not None
    assert numbers(listed[1]) == LOCAL


def test_causes_and_their_messages() -> None:
    text = PAGE.partition("TUP says ")[2].partition(", everything else")[0]
    said = {cause: name for causes, name in re.findall(r"([\d, and]+?) with (\w+)", text) for cause in numbers(causes)}
    national = {MessageType.SSB: "SLB"}
    assert said == {cause: national.get(kind, kind.name) for cause, kind in MESSAGE_OF.items()}


def test_messages_and_their_causes() -> None:
    text = PAGE.partition("Backwards ")[2].partition("Locations")[0]
    said = {name: int(cause) for names, cause in re.findall(r"([A-Z, and]+?)(?: is| are)? (\d+)", text)
            for name in re.findall(r"[A-Z]{3}", names)}  # fmt: skip
    assert len(said) == 10
    assert said == {name: CAUSE_OF[MessageType[name]] for name in said}
