"""Q.782: every sheet of scenarios/conformance/q782 over a level 2 that is played and over the native one, and compared.

The sheets are written from Q.704 and Q.707. A signalling point that does one thing wrong is caught by the sheet that is
named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from switchsim.conformance.q782.layouts import LAYOUTS
from switchsim.conformance.q782.octets import compose, read
from switchsim.conformance.q782.player import Q782Player, first_difference
from switchsim.conformance.q782.words import VOCABULARY
from switchsim.conformance.reader import Sheet
from switchsim.conformance.report import sheets_of
from switchsim.conformance.verdict import LogLine, Verdict
from switchsim.proto import mtp3
from switchsim.proto.mtp3.codec import Kind, Message, decode, encode
from switchsim.proto.mtp3.label import Label
from switchsim.proto.mtp3.label import encode as encode_label

PLAYER = Q782Player()
SHEETS, PREAMBLES = sheets_of(PLAYER)
BY_NUMBER = {sheet.number: sheet for sheet in SHEETS}
OFFICIAL = {"1.1", "3.20", "9.2.2"}
"""Numbers that are confirmed to be those of the Recommendation; the others are ours."""
NATIVE_GROUPS = (1, 3, 4, 7, 12)
"""Where level 2 matters."""


def group(sheet: Sheet) -> int:
    return int(sheet.number.partition(".")[0])


def test_all_groups_of_the_recommendation_have_sheets() -> None:
    assert {group(sheet) for sheet in SHEETS} == set(range(1, 14))
    assert set(BY_NUMBER) >= OFFICIAL
    assert [Path(sheet.file).stem for sheet in SHEETS] == [sheet.number for sheet in SHEETS]
    assert not [sheet.number for sheet in SHEETS if sheet.not_applicable]
    assert {sheet.config.layout for sheet in SHEETS} == set(LAYOUTS)


def test_a_sheet_says_whose_its_number_is() -> None:
    ours = {sheet.number for sheet in SHEETS if Path(sheet.file).read_text().startswith("# This number is ours")}
    assert ours == set(BY_NUMBER) - OFFICIAL


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.number)
def test_sheet(sheet: Sheet) -> None:
    """It passes on every bench that plays it; both benches log the same messages, orders and indications."""
    alone, native = (PLAYER.play(sheet, bench, PREAMBLES) for bench in ("alone", "native"))
    assert alone.verdict is Verdict.PASSED, alone.told()
    if sheet.only:
        assert native.verdict is Verdict.NOT_APPLICABLE
        return
    assert native.verdict is Verdict.PASSED, native.told()
    assert first_difference(alone.log, native.log) == ""


def test_where_level_2_matters_hardly_a_sheet_is_played_without() -> None:
    alone = [sheet.number for sheet in SHEETS if sheet.only and group(sheet) in NATIVE_GROUPS]
    assert alone == ["3.28", "3.29", "7.20", "7.21"]


# -- what is wrong is found --------------------------------------------------------------------------------------------


class Wrong(mtp3.Mtp3):
    """A point whose actions pass through `change` on their way out."""

    def change(self, action: Any) -> list[Any]:
        return [action]

    def _changed(self, actions: Iterable[Any]) -> list[Any]:
        return [changed for action in actions for changed in self.change(action)]


def _through_change(name: str) -> Callable[..., list[Any]]:
    def method(self: Wrong, *arguments: Any) -> list[Any]:
        return self._changed(getattr(mtp3.Mtp3, name)(self, *arguments))

    return method


for _name in ("transfer", "received", "in_service", "out_of_service", "bsnt", "bsnt_unknown", "retrieval_complete",
              "activate_link", "deactivate_link", "inhibit", "uninhibit", "timer", "remote_outage", "remote_recovered"):
    setattr(Wrong, _name, _through_change(_name))


def without(*kinds: Kind) -> type[mtp3.Mtp3]:
    """A point that never sends these management messages."""
    return altered(lambda message: None if message.kind in kinds else message)


def altered(change: Callable[[Message], Message | None]) -> type[mtp3.Mtp3]:
    """A point that sends other management messages than it should."""

    def act(self: Wrong, action: Any) -> list[Any]:
        if not isinstance(action, mtp3.SendMsu) or action.octets[0] & 15 > 1:
            return [action]
        message = decode(action.octets[0] & 15, action.octets[5:], mtp3.Variant.ITU14)
        assert isinstance(message, Message)
        other = change(message)
        if other is None:
            return []
        return [mtp3.SendMsu(action.link, action.octets[:5] + encode(other, mtp3.Variant.ITU14))]

    return type("Altered", (Wrong,), {"change": act})


def slower(timer: str, percent: int) -> type[mtp3.Mtp3]:
    """A point one of whose timers runs too long, or too short."""

    def change(self: Wrong, action: Any) -> list[Any]:
        if isinstance(action, mtp3.StartTimer) and action.name.partition("/")[0] == timer:
            return [mtp3.StartTimer(action.name, action.cycles * percent // 100)]
        return [action]

    return type("Slower", (Wrong,), {"change": change})


def deaf(*methods: str) -> type[mtp3.Mtp3]:
    """A point to which some reports do nothing."""
    return type("Deaf", (mtp3.Mtp3,), {method: lambda self, *arguments: [] for method in methods})


def deaf_to(kind: Kind) -> type[mtp3.Mtp3]:
    """A point that never hears one management message."""

    def received(self: mtp3.Mtp3, link: int, octets: bytes) -> list[Any]:
        same = octets[0] & 15 == kind >> 8 and octets[5:6] == bytes([kind & 0xFF])
        return [] if same else mtp3.Mtp3.received(self, link, octets)

    return type("DeafTo", (mtp3.Mtp3,), {"received": received})


class RetrievesTooMuch(Wrong):
    """The message that the far end named as its last is sent once more: off by one."""

    def change(self, action: Any) -> list[Any]:
        if isinstance(action, mtp3.Level2) and action.order == "retrieve" and action.value >= 0:
            return [mtp3.Level2(action.link, "retrieve", (action.value + 1) & 127)]
        return [action]


class NewBeforeOld(Wrong):
    """Messages that were retrieved go out last."""

    def change(self, action: Any) -> list[Any]:
        return [action]

    def _changed(self, actions: Iterable[Any]) -> list[Any]:
        given = list(actions)
        traffic = [one for one in given if isinstance(one, mtp3.SendMsu) and one.octets[0] & 15 == 5]
        return [one for one in given if one not in traffic] + traffic[::-1]


class SlsAtRandom(Wrong):
    """The messages of one flow take any link."""

    def change(self, action: Any) -> list[Any]:
        if isinstance(action, mtp3.SendMsu) and action.octets[0] & 15 == 5:
            return [mtp3.SendMsu(11 + action.octets[7] % 2, action.octets)]
        return [action]


class DeliversForeignNetworks(mtp3.Mtp3):
    """The network indicator is not looked at."""

    def received(self, link: int, octets: bytes) -> list[Any]:
        return super().received(link, bytes([self.config.ni << 6 | octets[0] & 0x3F]) + octets[1:])


class SlcOfTheWrongLink(Wrong):
    """Messages about a link carry the SLC of the link that they run on."""

    def change(self, action: Any) -> list[Any]:
        if isinstance(action, mtp3.SendMsu) and action.octets[0] & 15 == 0:
            slc = action.link % 10 - 1
            label = encode_label(Label(2, 1, slc), mtp3.Variant.ITU14)
            return [mtp3.SendMsu(action.link, action.octets[:1] + label + action.octets[5:])]
        return [action]


def set_up_wrongly(**changes: Any) -> type[mtp3.Mtp3]:
    """A point that takes no notice of how it was to be set up."""

    def init(self: mtp3.Mtp3, state: mtp3.Mtp3State, config: mtp3.Mtp3Config) -> None:
        mtp3.Mtp3.__init__(self, state, msgspec.structs.replace(config, **changes))

    return type("SetUpWrongly", (mtp3.Mtp3,), {"__init__": init})


def _pattern_turned(message: Message) -> Message:
    return msgspec.structs.replace(message, pattern=message.pattern[::-1]) if message.kind is Kind.SLTA else message


def _fsn_off_by_one(message: Message) -> Message:
    wrong = message.kind in (Kind.COO, Kind.COA)
    return msgspec.structs.replace(message, value=(message.value + 1) & 127) if wrong else message


def _same_code(message: Message) -> Message:
    return msgspec.structs.replace(message, value=0) if message.kind is Kind.CBD else message


def _code_not_echoed(message: Message) -> Message:
    return msgspec.structs.replace(message, value=3) if message.kind is Kind.CBA else message


MUTANTS: list[tuple[str, type[mtp3.Mtp3], str]] = [
    ("3.1", altered(_fsn_off_by_one), "FSN="),
    ("3.2", altered(_fsn_off_by_one), "FSN="),
    ("3.1", RetrievesTooMuch, "DATA=1 instead of 0"),
    ("3.1", NewBeforeOld, "instead of"),
    ("3.1", SlcOfTheWrongLink, "sls 1 instead of 0"),
    ("3.3", deaf_to(Kind.COO), "nothing came"),
    ("3.5", slower("t2", 200), "until"),
    ("3.5", slower("t2", 40), "not within"),
    ("3.6", deaf("retrieval_complete"), "until"),
    ("3.17", slower("t1", 30), "not within"),
    ("3.18", deaf("remote_outage"), "not told"),
    ("4.1", without(Kind.CBD), "nothing came"),
    ("4.2", altered(_same_code), "unasked"),
    ("4.3", slower("t4", 10), "not within"),
    ("4.7", altered(_code_not_echoed), "CODE=3 instead of 77"),
    ("2.1", DeliversForeignNetworks, "unasked: DELIVER"),
    ("2.4.1", SlsAtRandom, "on link"),
    ("2.3", without(Kind.UPU), "nothing came"),
    ("5.1", deaf_to(Kind.TFP), "on link 11"),
    ("5.5", set_up_wrongly(stp=False), "nothing came"),
    ("6.1", slower("t6", 300), "nothing came"),
    ("7.1", without(Kind.SLTA), "nothing came"),
    ("7.6", slower("t14", 50), "not within"),
    ("7.9", deaf_to(Kind.LIN), "nothing came"),
    ("7.22", deaf_to(Kind.LLT), "nothing came"),
    ("8.1", deaf_to(Kind.TFC), "not told"),
    ("9.2.2", without(Kind.TFP), "nothing came"),
    ("9.7.1", slower("t10", 200), "nothing came"),
    ("9.3.1", slower("t8", 1), "unasked: 31 TFP"),
    ("10.8", slower("t19", 300), "nothing came"),
    ("12.2", slower("slt_t1", 20), "not within"),
    ("12.7", altered(_pattern_turned), "another pattern"),
    ("12.13", set_up_wrongly(test_links=False), "until"),
]


@pytest.mark.parametrize(("number", "point", "why"), MUTANTS,
                         ids=[f"{number}-{point.__name__}-{at}" for at, (number, point, _) in enumerate(MUTANTS)])
def test_a_wrong_point_is_found(number: str, point: type[mtp3.Mtp3], why: str) -> None:
    """The sheet fails, with the line and the reason."""
    result = PLAYER.play(BY_NUMBER[number], "alone", PREAMBLES, point)
    assert result.verdict is Verdict.FAILED, result.told()
    assert why in result.reason
    assert Path(result.place.rpartition(":")[0]).name == f"{number}.yaml"


def test_a_point_that_does_not_come_into_service_leaves_a_sheet_inconclusive() -> None:
    result = PLAYER.play(BY_NUMBER["3.1"], "native", PREAMBLES, deaf("in_service"))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "preambles.yaml:" in result.place


def test_what_no_step_asks_for_is_a_deviation() -> None:
    """A sheet whose last line is missing does not pass: something waits that nobody looked at."""
    for number in ("3.2", "8.1"):
        sheet = BY_NUMBER[number]
        cut = [step for step in sheet.steps if not step.text.startswith(("> TEST", "? CONGESTION", "hold"))]
        result = PLAYER.play(msgspec.structs.replace(sheet, steps=tuple(cut)), "alone", PREAMBLES)
        assert result.verdict is Verdict.FAILED
        assert "unasked" in result.reason


def test_the_comparison_of_logs_can_fail() -> None:
    log = PLAYER.play(BY_NUMBER["3.1"], "alone", PREAMBLES).log
    assert first_difference(log, log) == ""
    sent = next(number for number, line in enumerate(log) if line.sort == ">" and "COO" in line.text)
    changed = LogLine(log[sent].cycle, ">", b"\x00" + log[sent].octets[1:], log[sent].text)
    other = [*log[:sent], changed, *log[sent + 1:]]
    assert "COO" in first_difference(log, other)
    assert first_difference(log, [*log[:sent], *log[sent + 1:]])
    assert "goes on with" in first_difference(log, log[:-1])


# -- the tester's own octets -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", list(mtp3.Variant))
def test_the_tester_and_the_protocol_write_the_same_octets(variant: mtp3.Variant) -> None:
    """Written apart from each other, from Q.704 clause 15."""
    rows = [("COO", {"FSN": 97}, Message(Kind.COO, 97)), ("CBA", {"CODE": 200}, Message(Kind.CBA, 200)),
            ("TFP", {"DEST": 0x2A5}, Message(Kind.TFP, point=0x2A5)), ("LRT", {}, Message(Kind.LRT)),
            ("TFC", {"DEST": 77, "LEVEL": 2}, Message(Kind.TFC, 2, 77)), ("TRA", {}, Message(Kind.TRA)),
            ("UPU", {"DEST": 9, "USER": 5, "CAUSE": 2}, Message(Kind.UPU, point=9, user=5, cause=2)),
            ("SLTM", {}, Message(Kind.SLTM, pattern=b"abc"))]  # fmt: skip
    for name, values, message in rows:
        octets = compose(name, values, 1, 2, 7, variant, message.pattern)
        label = encode_label(Label(1, 2, 7), variant)
        assert octets == bytes([2 << 6 | message.kind >> 8]) + label + encode(message, variant)
        back = read(octets, variant)
        assert (back.name, back.dpc, back.opc, back.sls, back.values, back.pattern) == (
            name, 1, 2, 7, values, message.pattern)


def test_every_word_of_the_language_is_used() -> None:
    used = {(step.kind, item.name) for steps in [*(sheet.steps for sheet in SHEETS), *PREAMBLES.values()]
            for step in steps for item in step.items}
    known = {(kind, name) for kind in VOCABULARY.words for name in VOCABULARY.words[kind]}
    unused = {f"{kind.value} {name}" for kind, name in known - used if kind.value in "!<?tester"}
    assert not unused
