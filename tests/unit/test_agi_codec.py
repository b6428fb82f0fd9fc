"""AGI lines, words, the command table, answers and the opening block, by the facts of Asterisk's own AGI."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.proto.agi import (
    COMMANDS,
    DEAD,
    INVALID,
    LinesState,
    Opening,
    civil_time,
    encode_opening,
    find,
    fits,
    leading_integer,
    push,
    split_arguments,
    spoken_characters,
    spoken_digits,
    spoken_number,
    substitute,
    success,
    truth,
    usage,
)
from switchsim.proto.agi.lines import LINE_OCTETS, WORDS

SPLITS = [
    ("NOOP", ["NOOP"]),
    ("  STREAM\tFILE  welcome   12 ", ["STREAM", "FILE", "welcome", "12"]),
    ('STREAM FILE "my file" ""', ["STREAM", "FILE", "my file", ""]),
    ('SET VARIABLE a b"c d"e', ["SET", "VARIABLE", "a", "bc de"]),  # a quote switches wherever it stands
    (r'VERBOSE "say \"hello\"" 1', ["VERBOSE", 'say "hello"', "1"]),
    (r"VERBOSE two\ words \\", ["VERBOSE", "two words", "\\"]),
    ('NOOP "never closed', ["NOOP", "never closed"]),
    ("NOOP trailing\\", ["NOOP", "trailing"]),
    ("", []),
    ('""', [""]),
]


@pytest.mark.parametrize(("line", "words"), SPLITS)
def test_words_of_a_line(line: str, words: list[str]) -> None:
    assert split_arguments(line) == words


def test_more_words_than_asterisk_takes_are_passed_over() -> None:
    assert split_arguments("x " * (WORDS + 40)) == ["x"] * WORDS


@given(st.lists(st.text(st.characters(blacklist_characters='\n"\\', blacklist_categories=("Cs",)), max_size=20)))
def test_quoted_words_come_back(words: list[str]) -> None:
    assert split_arguments(" ".join(f'"{word}"' for word in words)) == words


def test_lines_and_their_limit() -> None:
    state = LinesState()
    longest = b"x" * LINE_OCTETS
    assert push(state, b"NOOP\r\nANS") == ["NOOP"]
    lines = push(state, b"WER\n" + longest + b"\n" + longest + b"x\nNOOP\n")
    assert lines == ["ANSWER", longest.decode(), None, "NOOP"]
    assert push(state, b"y" * 10_000_000) == []
    assert len(state.kept) == 0, "what is too long is not kept"
    assert push(state, b"\n\xff\xfe\n") == [None, "��"]


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_chunks_make_no_difference(octets: bytes, cuts: list[int]) -> None:
    whole, state, pieces = push(LinesState(), octets), LinesState(), []
    places = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    for begin, end in itertools.pairwise(places):
        pieces += push(state, octets[begin:end])
    assert pieces == whole


@given(st.text(max_size=200))
def test_no_line_raises(line: str) -> None:
    words = split_arguments(line)
    found = find(words)
    if found is not None:
        fits(*found)


def test_commands_are_found_in_any_case() -> None:
    found = find(["stream", "File", "welcome", "1"])
    assert found is not None
    assert (found[0].name, found[1]) == ("STREAM FILE", ["welcome", "1"])
    assert find(["STREAM"]) is None
    assert find(["SAY", "DATETIMES", "0", ""]) is None
    assert find([]) is None


def test_every_command_is_found_by_its_own_name_alone() -> None:
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        found = find(command.name.lower().split())
        assert found is not None
        assert found[0] is command


DEAD_COMMANDS = {"ASYNCAGI BREAK", "DATABASE DEL", "DATABASE DELTREE", "DATABASE GET", "DATABASE PUT", "EXEC",
                 "GET FULL VARIABLE", "GET VARIABLE", "NOOP", "SET VARIABLE", "SPEECH DESTROY",
                 "SPEECH UNLOAD GRAMMAR", "VERBOSE"}  # fmt: skip


def test_what_works_on_a_dead_channel() -> None:
    assert {command.name for command in COMMANDS if command.dead} == DEAD_COMMANDS


FITS = [
    ("WAIT FOR DIGIT 5000", True), ("WAIT FOR DIGIT", False), ("WAIT FOR DIGIT soon", False),
    ("WAIT FOR DIGIT 5s", True), ("WAIT FOR DIGIT -1", True), ("STREAM FILE welcome", False),
    ('STREAM FILE welcome ""', True), ('STREAM FILE welcome "" x', False), ('STREAM FILE welcome "" 0 1', False),
    ("SAY DIGITS 0123 #", True), ("SAY DIGITS abc #", False), ("SAY NUMBER 12", False),
    ("RECORD FILE a wav # -1", True),
    ("RECORD FILE a wav # never", False), ("DATABASE PUT a b", False), ("GET DATA", False), ("ANSWER now", True),
    ("HANGUP a b", False), ("EXEC", False), ("SET AUTOHANGUP x", False),
]  # fmt: skip


@pytest.mark.parametrize(("line", "good"), FITS)
def test_number_and_kind_of_arguments(line: str, good: bool) -> None:
    found = find(split_arguments(line))
    assert found is not None
    assert fits(*found) is good


def test_integers_as_sscanf_reads_them() -> None:
    assert [leading_integer(text) for text in ("12ms", " -7", "+3", "x", "", "99999999999", "-99999999999")] == [
        12, -7, 3, None, None, 2**31 - 1, -(2**31)]  # fmt: skip


def test_answers() -> None:
    assert success(0) == "200 result=0\n"
    assert success(49, endpos=8640) == "200 result=49 endpos=8640\n"
    assert success("", "timeout") == "200 result= (timeout)\n"
    assert success(35, "dtmf", 4000) == "200 result=35 (dtmf) endpos=4000\n"
    assert INVALID == "510 Invalid or unknown command\n"
    assert DEAD == "511 Command Not Permitted on a dead channel or intercept routine\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_usage_ends_as_clients_wait_for_it(command: object) -> None:
    first, second, *_, last, rest = usage(command).split("\n")  # type: ignore[arg-type]
    assert first == "520-Invalid command syntax.  Proper usage follows:"
    assert second.startswith("Usage: ")
    assert (last, rest) == ("520 End of proper usage.", "")


OPENING = Opening(script="menu?lang=zh", request="agi://ivr/menu?lang=zh", channel="E1/e1-0/3-0000002a", type="E1",
                  uniqueid="12.42", version="13.0.0", callerid="", dnid="10060", context="default",
                  extension="10060", threadid=7, arguments=("one", "two"))  # fmt: skip


def test_opening_block_in_asterisks_order() -> None:
    lines = encode_opening(OPENING).decode().split("\n")
    assert [line.partition(":")[0] for line in lines[:-2]] == [
        f"agi_{name}" for name in (
            "network", "network_script", "request", "channel", "language", "type", "uniqueid", "version", "callerid",
            "calleridname", "callingpres", "callingani2", "callington", "callingtns", "dnid", "rdnis", "context",
            "extension", "priority", "enhanced", "accountcode", "threadid", "arg_1", "arg_2")]  # fmt: skip
    assert lines[:4] == ["agi_network: yes", "agi_network_script: menu?lang=zh", "agi_request: agi://ivr/menu?lang=zh",
                         "agi_channel: E1/e1-0/3-0000002a"]  # fmt: skip
    assert "agi_callerid: unknown" in lines
    assert lines[-2:] == ["", ""]


@given(st.text(max_size=40))
def test_no_value_forges_a_line(text: str) -> None:
    before = encode_opening(OPENING).count(b"\n")
    assert encode_opening(Opening(**{**_fields(OPENING), "callerid": text})).count(b"\n") == before


def _fields(opening: Opening) -> dict[str, object]:
    return {name: getattr(opening, name) for name in opening.__struct_fields__}


NUMBERS = [
    (0, "0"), (7, "7"), (20, "20"), (21, "20 1"), (90, "90"), (100, "1 hundred"), (115, "1 hundred 15"),
    (1000, "1 thousand"), (21_305, "20 1 thousand 3 hundred 5"), (2_000_001, "2 million 1"),
    (999_999_999, "9 hundred 90 9 million 9 hundred 90 9 thousand 9 hundred 90 9"), (-3, "minus 3"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "words"), NUMBERS)
def test_spoken_numbers(number: int, words: str) -> None:
    assert spoken_number(number) == [f"digits/{word}" for word in words.split()]


def test_what_can_not_be_said() -> None:
    assert spoken_number(1_000_000_000) is None
    assert spoken_digits("-1a*#") == ["digits/minus", "digits/1", "digits/star", "digits/pound"]
    assert spoken_characters("A7 é", phonetic=False, sounds={"letters/a", "digits/7"}) == ["letters/a", "digits/7"]
    assert spoken_characters("a7", phonetic=True, sounds={"phonetic/a_p"}) == ["phonetic/a_p"]


TIMES = [(0, (1970, 1, 1, 0, 0)), (951_782_400, (2000, 2, 29, 0, 0)), (1_709_251_199, (2024, 2, 29, 23, 59)),
         (-1, (1969, 12, 31, 23, 59)), (4_107_542_400, (2100, 3, 1, 0, 0))]  # fmt: skip


@pytest.mark.parametrize(("seconds", "civil"), TIMES)
def test_civil_time(seconds: int, civil: tuple[int, ...]) -> None:
    assert civil_time(seconds) == civil


def test_expressions() -> None:
    values = {"A": "1", "CALLERID(num)": "${A}"}
    assert substitute("x${A}y${NONE}z", lambda name: values.get(name, "")) == "x1yz"
    assert substitute("${CALLERID(num)}${open", lambda name: values.get(name, "")) == "${A}${open"
    assert [truth(text) for text in ("No", " yes ", "0", "maybe", "")] == [False, True, False, None, None]
