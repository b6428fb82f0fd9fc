"""The file of recorded inputs: what is written is read, damage is named with its place, a broken tail is not fatal."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.errors import BadInput, OutputError
from switchsim.kernel.inputs import MAX_OCTETS, InputKind, InputReader, InputRecord, InputWriter

SOURCES = ("e1-0:16", "钟/0")


def record(at: int, source: int = 0, seq: int = 0, kind: InputKind = InputKind.DATA,
           octets: bytes = b"ab") -> InputRecord:
    return InputRecord(at_cycle=at, source=source, seq=seq, kind=kind, octets=octets)


def written(*records: InputRecord) -> bytes:
    out = io.BytesIO()
    InputWriter(out, SOURCES).write(records)
    return out.getvalue()


def read(octets: bytes) -> list[InputRecord]:
    return list(InputReader(io.BytesIO(octets), "run/inputs.bin"))


@st.composite
def record_lists(draw: st.DrawFn) -> list[InputRecord]:
    seq, at, found = [0, 0], 0, []
    for _ in range(draw(st.integers(0, 12))):
        at += draw(st.integers(0, 2**40))
        source = draw(st.integers(0, 1))
        octets = draw(st.binary(max_size=300))
        found.append(record(at, source, seq[source], draw(st.sampled_from(list(InputKind))), octets))
        seq[source] += 1
    return found


@given(record_lists())
def test_what_is_written_is_read(records: list[InputRecord]) -> None:
    octets = written(*records)
    reader = InputReader(io.BytesIO(octets), "inputs.bin")
    assert reader.sources == SOURCES
    assert list(reader) == records
    assert not reader.truncated


@settings(max_examples=60)
@given(record_lists(), st.data())
def test_a_cut_file_gives_its_whole_records(records: list[InputRecord], data: st.DataObject) -> None:
    whole, header = written(*records), len(written())
    cut = data.draw(st.integers(header, len(whole)))
    reader = InputReader(io.BytesIO(whole[:cut]), "inputs.bin")
    found = list(reader)
    assert found == records[: len(found)]
    assert reader.truncated == (written(*found) != whole[:cut])


@settings(max_examples=200)
@given(record_lists(), st.data())
def test_a_changed_octet_is_replayed_or_refused_never_more(records: list[InputRecord], data: st.DataObject) -> None:
    octets = bytearray(written(*records))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(BadInput):
        read(bytes(octets))


def test_a_changed_data_octet_is_another_input_and_no_damage() -> None:
    octets = bytearray(written(record(5, octets=b"\x01\x02")))
    octets[-1] ^= 0xFF
    assert read(bytes(octets)) == [record(5, octets=b"\x01\xfd")]


@pytest.mark.parametrize(("octets", "what"), [
    (b"", "ends inside its header"),
    (b"SWIN\x01", "ends inside its header"),
    (b"{\"format\":1}\n", "no file of recorded inputs"),
    (b"SWIN\x02\x00\x00\x00", "format 2"),
    (b"SWIN\x01\x00\x01\x00\x02\x00\xff\xfe", "not UTF-8"),
    (written()[:-1], "ends inside its header"),
])
def test_a_broken_header_is_named(octets: bytes, what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        read(octets)
    assert str(caught.value).startswith("run/inputs.bin: octet ")


@pytest.mark.parametrize(("records", "what"), [
    ([record(5), record(4, seq=1)], "cycle 4 comes after cycle 5"),
    ([record(5), record(6, seq=2)], "sequence 2; expected 1"),
    ([record(5, source=2)], "source 2; expected 0..1"),
])
def test_records_that_no_run_writes_are_refused_with_their_place(records: list[InputRecord], what: str) -> None:
    octets = written(*records)
    with pytest.raises(BadInput, match=what) as caught:
        read(octets)
    assert "octet" in str(caught.value)


def test_an_unknown_kind_is_refused() -> None:
    octets = bytearray(written(record(5, octets=b"")))
    octets[-1] = 99
    with pytest.raises(BadInput, match=f"octet {len(written())}: kind 99"):
        read(bytes(octets))


def test_the_longest_datagram_fits() -> None:
    assert read(written(record(1, octets=bytes(MAX_OCTETS))))[0].octets == bytes(MAX_OCTETS)


def test_every_write_is_flushed_and_a_full_disk_is_told() -> None:
    class Full(io.BytesIO):
        flushes = 0
        full = False

        def flush(self) -> None:
            self.flushes += 1
            if self.full:
                raise OSError(28, "No space left on device")

    out = Full()
    writer = InputWriter(out, SOURCES)
    writer.write([record(1)])
    assert out.flushes == 2
    writer.write([])
    assert out.flushes == 2
    out.full = True
    with pytest.raises(OutputError, match="No space left"):
        writer.write([record(2, seq=1)])
