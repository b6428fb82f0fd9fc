"""Reading YAML: limits, lines, strictness, and that every problem of a file is told at once (DESIGN 8 and 9.2)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BeforeValidator, Field

from switchsim.assembly import yamlfile
from switchsim.assembly.yamlfile import MAX_LEVELS, MAX_OCTETS, MAX_PROBLEMS, load, parse, read
from switchsim.assembly.yamltypes import Duration, Many, Strict, duration_in, duration_or, scaled, wrong
from switchsim.errors import BadInput
from switchsim.units import duration_text, ms, parse_duration


class Left(Strict):
    kind: Literal["left"]
    at: Duration
    number: str


class Right(Strict):
    kind: Literal["right"]
    rate: Annotated[int, BeforeValidator(scaled(3, minimum=0, maximum=10_000))] = 0
    until: Annotated[int, duration_or("never", -1)] = -1


class Sheet(Strict):
    format: Literal[1]
    items: Many[Annotated[Left | Right, Field(discriminator="kind")]] = ()
    flag: bool = False
    seed: Annotated[int, Field(ge=0)] = 0


def problems(text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        parse(text.encode(), "f").validate(Sheet)
    return [str(problem) for problem in caught.value.problems]


def test_values_become_integers_and_tuples() -> None:
    text = """format: 1
flag: true
items:
  - {kind: left, at: 12.5s, number: "10060"}
  - {kind: right, rate: 2.5, until: 300ms}
  - {kind: right, rate: 4, until: never}
"""
    sheet = parse(text.encode(), "f").validate(Sheet)
    assert sheet.items == (
        Left.model_construct(kind="left", at=100_000, number="10060"),
        Right.model_construct(kind="right", rate=2_500, until=2_400),
        Right.model_construct(kind="right", rate=4_000, until=-1),
    )


def test_every_problem_is_told_at_once_in_order_of_lines() -> None:
    text = """format: 2
flag: yes
sed: 4
seed: -1
items:
  - kind: left
    at: 12
    number: 10060
  - kind: right
    rate: 2.5555
    rate: 1
  - {kind: middle}
  - at: 1s
  - 5
  - {kind: right, until: soon}
"""
    assert problems(text) == [
        "f:1: format: 2 does not fit; expected 1",
        "f:2: flag: 'yes' does not fit; expected true or false",
        "f:3: unknown key 'sed'; did you mean 'seed'?",
        "f:4: seed: -1 does not fit; expected greater than or equal to 0",
        "f:7: items[0].at: 12 is no duration; expected a number with one of us, ms, s, min, h, cyc, as in 12s",
        "f:8: items[0].number: 10060 does not fit; expected text; put it in quotes",
        "f:10: items[1].rate: 2.5555 has too many decimals; expected at most 3",
        "f:11: the key 'rate' stands twice; expected it once (first in line 10); remove one",
        "f:12: items[2]: kind: 'middle' does not fit; expected 'left', 'right'",
        "f:13: items[3]: 'kind' is missing; expected it here, to say of which sort this is; add it",
        "f:14: items[4]: 5 does not fit; expected a mapping (key: value)",
        "f:15: items[5].until: 'soon' is no duration; "
        "expected a number and one of us, ms, s, min, h, cyc, as in 12.5s",
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("true", True), ("null", None), ("~", None),
        ("", None),
        ("12", 12), ("-7", -7), ("012", "012"), ("0x10", "0x10"), ("1_000", "1_000"), ("1e9", "1e9"), (".inf", ".inf"),
        ("1:30", "1:30"), ("2024-01-01", "2024-01-01"), ("'12'", "12"), ("2.50", Decimal("2.50")), ("=", "="),
        ("0", 0), ("+3", 3),
    ],
)  # fmt: skip
def test_plain_words_mean_what_yaml_1_2_says_and_no_float_ever_exists(written: str, value: object) -> None:
    found = parse(f"a: {written}\n".encode(), "f").data["a"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("octets", "line", "what"),
    [
        (b"a: [", 2, "no YAML"),
        (b"a: 'x\n\n", 3, "no YAML"),
        (b"a: 1\nb: \xff\n", 2, "octet 8 is not UTF-8"),
        (b"a: \x00", 1, "no YAML"),
        (b"a: 1\n---\nb: 2\n", 2, "a second document begins"),
        (b"a: &x 1\nb: *x\n", 1, "the anchor &x"),
        (b"a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "the tag tag:yaml.org,2002:python/object/apply"),
        (b"? [1]\n: 2\n", 1, "a key that is neither text nor a whole number"),
        (b"a: " + b"9" * 5000, 1, "a number that is too long"),
        (b"x" * (MAX_OCTETS + 1), 0, "the file is too large"),
        (b"[" * 100_000, 1, "nested too deeply"),
        (b"- " * 100_000, 1, "nested too deeply"),
        (b"? " * 100_000, 1, "nested too deeply"),
        (b"{" * 100_000, 1, "nested too deeply"),
        (b"a:\n  b: " + b"[{" * 1000, 2, "nested too deeply"),
        (b"[\n" * 2000, MAX_LEVELS + 1, "nested too deeply"),
        (b"[" + b"1," * 200_000 + b"]", 1, "too many values"),
    ],
)
def test_a_refused_file_is_one_clear_error(octets: bytes, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(octets, "f").validate(Sheet)
    assert any(problem.line == line and problem.what.startswith(what) for problem in caught.value.problems)


def test_levels_are_counted_exactly() -> None:
    deepest = "[" * MAX_LEVELS + "]" * MAX_LEVELS
    assert parse(deepest.encode(), "f").data
    with pytest.raises(BadInput, match="nested too deeply"):
        parse(f"[{deepest}]".encode(), "f")


def test_an_alias_bomb_is_refused_without_being_expanded() -> None:
    rows = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    document = parse("\n".join(rows).encode(), "f")
    assert document.problems
    assert document.data["a29"] == [None] * 9


def test_more_problems_than_can_be_read_are_counted() -> None:
    text = "format: 1\n" + "".join(f"k{number}: 1\n" for number in range(MAX_PROBLEMS + 10))
    assert problems(text)[-1] == "f: 10 more problems"


@pytest.mark.parametrize(
    ("name", "what"), [("nothing", "no such file"), (".", "this is a directory"), ("\0", "can not")]
)
def test_what_can_not_be_read(tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        read(f"{tmp_path}/{name}")


def test_lines_lead_to_the_nearest_thing_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("format: 1\nitems:\n  - kind: right\n    rate: 1\nflag: true\n", encoding="utf-8")
    _, lines = load(file, Sheet)
    wheres = (("items",), ("items", 0), ("items", 0, "rate"), ("items", 0, "until"), ("x",))
    assert [lines.at(where) for where in wheres] == [2, 3, 4, 3, 1]
    assert str(lines.problem(("flag",), "what", "this", "do that")) == f"{file}:5: what; expected this; do that"


def test_the_name_of_a_union_member_does_not_lead_astray() -> None:
    """A tag may have the name of a key: the line is that of the value which the error is about."""

    class Step(Strict):
        left: Literal["left"]
        at: Duration
        count: int = 0

        def model_post_init(self, _: object) -> None:
            if self.count:
                raise wrong("too many")

    class Other(Strict):
        left: Literal["other"]

    class Steps(Strict):
        steps: Many[Annotated[Step | Other, Field(discriminator="left")]]

    with pytest.raises(BadInput) as caught:
        parse(b"steps:\n  - left: left\n    at: 12\n", "f").validate(Steps)
    assert str(caught.value).startswith("f:3: steps[0].at: 12 is no duration")
    with pytest.raises(BadInput, match=r"f:2: steps\[0\]: too many"):
        parse(b"steps:\n  - at: 12s\n    left: left\n    count: 1\n", "f").validate(Steps)


def test_a_validator_of_a_model_can_name_a_value() -> None:
    class Pair(Strict):
        a: int
        b: int

        def model_post_init(self, _: object) -> None:
            if self.a > self.b:
                raise wrong("a {is} more than b", "at most b", "lower it", where=("a",))

    with pytest.raises(BadInput) as caught:
        parse(b"b: 1\na: 2\n", "f").validate(Pair)
    assert str(caught.value) == "f:2: a {is} more than b; expected at most b; lower it"


@pytest.mark.parametrize("text", ["0.0000000000000000000000001s", "9" * 39 + "h", "1" * 41 + "s", "1.00001ms", "-1s"])
def test_a_duration_that_is_no_whole_number_of_cycles_or_beyond_all_bounds(text: str) -> None:
    assert problems(f"format: 1\nitems: [{{kind: left, at: {text}, number: x}}]\n")


class Bounded(Strict):
    at: Annotated[int, duration_in(ms(1), ms(12_500))]


@pytest.mark.parametrize("text", ["0.875ms", "12.501s", "-1ms", "0s", "1h"])
def test_a_range_of_durations_is_told_in_their_units(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(f"at: {text}\n".encode(), "f").validate(Bounded)
    assert str(caught.value) == f"f:1: at: {text!r} is out of range; expected 1ms to 12.5s"


def test_durations_below_0_and_beyond_all_bounds_are_told_their_range() -> None:
    start = "format: 1\nitems: [{kind: left, number: x, at: "
    assert problems(start + "-1s}]\n") == ["f:2: items[0].at: '-1s' is out of range; expected 0s or more"]
    assert problems(start + "999999999999999h}]\n") == [
        "f:2: items[0].at: '999999999999999h' is out of range; expected 0s to 1125899906842.624s"]


@pytest.mark.parametrize(("cycles", "text"), [
    (0, "0s"), (1, "0.125ms"), (8, "1ms"), (1_001, "125.125ms"), (8_000, "1s"), (12_000, "1500ms"), (100_000, "12.5s"),
    (800_000, "100s"), (1 << 20, "131.072s"),
])  # fmt: skip
def test_the_text_of_a_duration_is_read_as_the_same(cycles: int, text: str) -> None:
    assert duration_text(cycles) == text
    assert parse_duration(text) == cycles


def test_the_fallback_parser_builds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"format: 1\nitems:\n  - {kind: left, at: 1s, number: 'x'}\n# comment\nflag: false\n"
    fast = parse(text, "f")
    monkeypatch.setattr(yamlfile, "_LOADER", yamlfile.yaml.SafeLoader)
    slow = parse(text, "f")
    assert (fast.data, fast.lines.lines) == (slow.data, slow.lines.lines)
