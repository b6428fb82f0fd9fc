"""CSTA framing and XML: the header of eight octets (csta.md 1), traps 1, 5, 6 (csta.md 13), and safe reading."""

from __future__ import annotations

import time
import tracemalloc
from xml.etree import ElementTree

import pytest
from csta_by_hand import framed
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.proto.csta import (
    Document,
    Frame,
    FrameState,
    Refused,
    Violation,
    frame,
    next_invoke,
    push,
    read,
    secrets_in,
    write,
)
from switchsim.proto.csta.vocabulary import edition
from switchsim.proto.csta.xmltext import DEEPEST, MOST_ELEMENTS


def test_header_of_the_sheet_s_example() -> None:
    """`00 00 03 EB 39 39 39 39 <?xml ...>` = 1003 octets in total, event."""
    document = b"<?xml".ljust(1003 - 8, b" ")
    octets = bytes.fromhex("0000 03eb 3939 3939") + document
    assert push(FrameState(), octets) == [Frame(9999, document)]
    assert frame(9999, document) == octets


def test_trap_1_length_includes_the_header() -> None:
    state = FrameState()
    assert push(state, framed(1, "<A/>") + framed(2, "<B/>")) == [Frame(1, b"<A/>"), Frame(2, b"<B/>")]
    assert state.kept == b""


def test_longest_frame_is_taken() -> None:
    document = b" " * (65535 - 8)
    assert push(FrameState(), b"\0\0\xff\xff0001" + document) == [Frame(1, document)]


@pytest.mark.parametrize(
    "octets",
    [b"\1\0", b"\0\1", b"\0\0\0\7", b"\0\0\0\x10000x", b"\0\0\0\x10-001", b"GET / HTTP/1.1"],
    ids=["soap", "kind", "short", "digits", "sign", "http"],
)
def test_wrong_header_ends_reading_at_once(octets: bytes) -> None:
    state = FrameState()
    found = push(state, framed(1, "<A/>") + octets)
    assert found[0] == Frame(1, b"<A/>")
    assert isinstance(found[1], Violation)
    assert push(state, framed(2, "<B/>")) == []
    assert state.kept == b""


@given(st.lists(st.binary(max_size=60), max_size=6), st.binary(max_size=9), st.lists(st.integers(1, 40)))
def test_frames_do_not_depend_on_how_octets_were_cut(documents: list[bytes], rest: bytes, cuts: list[int]) -> None:
    octets = b"".join(framed(number, document) for number, document in enumerate(documents)) + rest
    whole, state, found, at = push(FrameState(), octets), FrameState(), [], 0
    for cut in [*cuts, len(octets)]:
        found += push(state, octets[at : at + cut])
        at += cut
    assert found[: len(documents)] == whole[: len(documents)]
    assert len(found) == len(whole)


def test_ten_megabytes_leave_one_frame_at_most() -> None:
    state = FrameState()
    push(state, framed(1, b"x" * 1000) * 10_000)
    assert len(state.kept) < 65536
    assert not push(state, b"\0\0\xff\xff0001" + b"y" * 1000)
    assert len(state.kept) < 65536


def test_trap_5_invoke_identifiers_of_our_own_wrap_before_9999() -> None:
    assert next_invoke(0) == 1
    assert next_invoke(9998) == 0


# -- XML ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "namespace"),
    [("<A/>", ""), ('<A xmlns="urn:x"/>', "urn:x"), ('<p:A xmlns:p="urn:x"><p:B>t</p:B></p:A>', "urn:x")],
    ids=["none", "default", "prefix"],
)
def test_names_are_local_names(text: str, namespace: str) -> None:
    document = read(text.encode())
    assert isinstance(document, Document)
    assert (document.root.name, document.namespace) == ("A", namespace)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encoding_of_the_declaration(encoding: str) -> None:
    document = read(f'<?xml version="1.0" encoding="{encoding}"?><A>caf\xe9</A>'.encode(encoding))
    assert isinstance(document, Document)
    assert document.root.text == "caf\xe9"


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "not well-formed"),
        (b"<A>", "not well-formed"),
        (b"<A/><B/>", "not well-formed"),
        (b"\xff\xfe\0", "not well-formed"),
        (b'<?xml version="1.0" encoding="rot13"?><A/>', "encoding"),
        (b'<?xml version="1.0" encoding="hex"?><A/>', "encoding"),
        (b"<?xml version='1.0' encoding='cp037'?><A/>", "encoding"),
        (f'<!DOCTYPE A [<!ENTITY l0 "ha">{LAUGHS}]><A>&l9;</A>'.encode(), "document type"),
        (b'<!DOCTYPE A SYSTEM "file:///etc/passwd"><A/>', "document type"),
        (b"<A>&nowhere;</A>", "not well-formed"),
        (b"<A>" * (DEEPEST + 1) + b"</A>" * (DEEPEST + 1), "levels"),
        (b"<A>" + b"<B/>" * MOST_ELEMENTS + b"</A>", "elements"),
        (b"<A " + b" ".join(b"a%d='1'" % n for n in range(33)) + b"/>", "attributes"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_documents_that_are_refused(octets: bytes, why: str) -> None:
    refused = read(octets)
    assert isinstance(refused, Refused)
    assert why in refused.why


def test_a_million_elements_cost_no_more_than_the_limit() -> None:
    """At most what one frame holds is ever kept, and reading stops at the limit."""
    document = b"<A>" + b"<B/>" * 1_000_000 + b"</A>"
    tracemalloc.start()
    began = time.process_time()
    refused = read(document)
    spent = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused == Refused(f"more than {MOST_ELEMENTS} elements")
    assert spent < 1
    assert peak < 4_000_000


@given(st.binary(max_size=200))
def test_reading_never_raises(octets: bytes) -> None:
    read(octets)
    read(b'<?xml version="1.0" encoding="utf-8"?>' + octets)


@given(st.text(max_size=60))
def test_trap_6_written_text_is_read_back(text: str) -> None:
    octets = write("A", "urn:<&>", (("deviceIdentifier", text), ("empty", "")))
    root = ElementTree.fromstring(octets)
    assert root.tag == "{urn:<&>}A"
    document = read(octets)
    assert isinstance(document, Document)
    assert document.root.words("deviceIdentifier") == (root[0].text or "").strip()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("<a><password>x</password></a>", 1),
        ('<p:Password xmlns:p="u" t="1">x</p:Password><password/>', 2),
        ("<passwords/><!-- <password> --><agentPassword >x</agentPassword>", 2),
        ("<a>password</a></password>", 0),
    ],
)
def test_passwords_are_counted_in_the_octets(text: str, count: int) -> None:
    assert secrets_in(text.encode()) == count
    assert secrets_in(text.encode("utf-16")) == count


def test_editions() -> None:
    base = "http://www.ecma-international.org/standards/ecma-323/csta/"
    assert [edition(base + name) for name in ("ed2", "ed6", "ed3/priv5")] == [base + "ed2", base + "ed6", base + "ed3"]
    assert [edition(name) for name in ("", base, base + "ed9", "urn:x")] == ["", "", "", ""]


@settings(max_examples=50)
@given(st.integers(0, 9999), st.binary(max_size=300))
def test_frames_are_read_back(invoke: int, document: bytes) -> None:
    assert push(FrameState(), frame(invoke, document)) == [Frame(invoke, document)]
