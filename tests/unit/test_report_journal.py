"""Reading journals back, comparing them, and the figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_hand import Row, at_mpu, offered, records, talking, whole_call, write_journal

from switchsim.errors import BadInput
from switchsim.kernel.journal import FORMAT
from switchsim.model.events import CallCleared, CallQueued, CallState, CallUnqueued, RunEnded, SeatState
from switchsim.report.compare import (
    first_difference,
    first_differing_second,
    first_forged_second,
    journal_digest,
)
from switchsim.report.figures import FigureCounter
from switchsim.report.journal import READS_FORMAT, EndWatch, JournalReader, index_calls

ROWS: list[Row] = [*whole_call(1, 100, 9000), *whole_call(2, 9100, 30_000, 2), (40_000, "run", RunEnded("done"))]


def test_reader_reads_what_the_kernel_writes(tmp_path: Path) -> None:
    assert READS_FORMAT == FORMAT
    write_journal(tmp_path / "j", ROWS)
    reader = JournalReader(tmp_path / "j")
    read = list(reader)
    assert [(one.at, one.place, one.event) for one in read] == ROWS
    assert [one.seq for one in read] == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert (reader.lines, reader.truncated) == (10, False)
    end = EndWatch()
    for record in read:
        end.take(record)
    assert (end.result().at, end.result().why) == (40_000, "done")


def test_reader_stops_at_a_cut_line_and_says_so(tmp_path: Path) -> None:
    write_journal(tmp_path / "j", ROWS)
    octets = (tmp_path / "j").read_bytes()
    for cut in range(1, 40):
        (tmp_path / "cut").write_bytes(octets[:-cut])
        reader = JournalReader(tmp_path / "cut")
        assert len(list(reader)) == 8
        assert reader.truncated
    (tmp_path / "cut").write_bytes(b"")
    empty = JournalReader(tmp_path / "cut")
    assert (list(empty), empty.truncated) == ([], True)


@pytest.mark.parametrize(
    ("line", "octets", "what"),
    [
        (1, b'{"format":999}\n', "journal format 999"),
        (1, b'{"at":1}\n', "not the first line"),
        (2, b'{"format":1}\n{"at":1}\n', "no journal record"),
        (2, b'{"format":1}\nnothing\n', "no journal record"),
        (2, b'{"format":1}\n\xff\xff\n', "no journal record"),
        (2, b'{"format":1}\n{"at":1,"phase":"decide","place":"x","seq":0,"kind":"unheard"}\n', "unheard"),
        (2, b'{"format":1}\n{"at":1,"phase":"decide","place":"x","seq":0,"kind":"link_up","link":7}\n', "str"),
    ],
)
def test_broken_line_is_told_with_file_and_line(tmp_path: Path, line: int, octets: bytes, what: str) -> None:
    (tmp_path / "j").write_bytes(octets)
    with pytest.raises(BadInput, match=what) as caught:
        list(JournalReader(tmp_path / "j"))
    assert caught.value.problems[0].line == line
    assert caught.value.problems[0].file == str(tmp_path / "j")


def test_missing_journal(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        list(JournalReader(tmp_path / "none"))


def test_call_index() -> None:
    calls = index_calls(records(ROWS)).calls
    assert list(calls) == [1, 2]
    assert (calls[2].offered, calls[2].answered, calls[2].ended, calls[2].cause) == (9100, 9100, 30_000, 16)
    assert (calls[2].timeslot, calls[2].seat) == (2, "8001")


# -- compare -----------------------------------------------------------------------------------------------------


def test_equal_journals_and_their_digest(tmp_path: Path) -> None:
    digest, _ = write_journal(tmp_path / "a", ROWS)
    write_journal(tmp_path / "b", ROWS)
    assert first_difference(tmp_path / "a", tmp_path / "b") is None
    assert journal_digest(tmp_path / "a") == digest


def test_every_flipped_octet_is_found(tmp_path: Path) -> None:
    write_journal(tmp_path / "a", ROWS)
    octets = (tmp_path / "a").read_bytes()
    for place in range(0, len(octets), 7):
        changed = bytearray(octets)
        changed[place] ^= 1
        (tmp_path / "b").write_bytes(changed)
        difference = first_difference(tmp_path / "a", tmp_path / "b")
        assert difference is not None
        assert difference.offset == place
        assert difference.line == octets.count(b"\n", 0, place) + 1
        line = octets.splitlines()[difference.line - 1]
        assert difference.first == line.decode()
        assert difference.second != difference.first


def test_difference_names_cycle_and_both_lines(tmp_path: Path) -> None:
    write_journal(tmp_path / "a", ROWS)
    write_journal(tmp_path / "b", [*ROWS[:2], *at_mpu(8999, CallCleared(1, 17, "caller")), *ROWS[3:]])
    difference = first_difference(tmp_path / "a", tmp_path / "b")
    assert difference is not None
    assert (difference.line, difference.at) == (4, 9000)
    assert '"at":9000' in difference.first
    assert '"at":8999' in difference.second
    assert "line 4" in str(difference)


def test_difference_at_the_end_of_the_shorter_and_over_blocks(tmp_path: Path) -> None:
    write_journal(tmp_path / "a", ROWS * 1)
    write_journal(tmp_path / "b", ROWS[:-1])
    difference = first_difference(tmp_path / "b", tmp_path / "a")
    assert difference is not None
    assert (difference.line, difference.at, difference.first) == (10, 40_000, "")
    long = b'{"format":1}\n' + b"".join(b'{"at":%d}\n' % number for number in range(300_000))
    (tmp_path / "c").write_bytes(long)
    (tmp_path / "d").write_bytes(long[:-3] + b"x" + long[-2:])
    difference = first_difference(tmp_path / "c", tmp_path / "d")
    assert difference is not None
    assert (difference.line, difference.at, difference.first) == (300_001, 299_999, '{"at":299999}')


def test_digests_find_the_second_and_a_forgery(tmp_path: Path) -> None:
    _, points = write_journal(tmp_path / "a", ROWS)
    assert len(points) == 5
    assert first_forged_second(tmp_path / "a", points) is None
    other = [*ROWS[:4], *whole_call(2, 9100, 30_001, 2), ROWS[-1]]
    _, others = write_journal(tmp_path / "b", other)
    assert first_differing_second(points, points) is None
    assert first_differing_second(points, others) == 3
    assert first_differing_second(points, points[:2]) == 2
    octets = bytearray((tmp_path / "a").read_bytes())
    octets[points[0].offset + 10] ^= 1
    (tmp_path / "a").write_bytes(octets)
    assert first_forged_second(tmp_path / "a", points) == 1


# -- figures -----------------------------------------------------------------------------------------------------


def served(call: int, offered_at: int, queued_at: int, talk_at: int, end: int) -> list[Row]:
    return [
        *at_mpu(offered_at, offered(call, call)),
        *at_mpu(queued_at, CallState(call, "queued", ""), CallQueued(call, "sales", 1)),
        *at_mpu(talk_at, CallUnqueued(call, "sales", "seat", talk_at - queued_at)),
        *talking(call, talk_at),
        *at_mpu(end, CallCleared(call, 16, "caller"), SeatState("8001", "idle", 0)),
    ]


def test_figures() -> None:
    rows = [
        *served(1, 0, 8000, 16_000, 80_000),
        *served(2, 0, 0, 200_000, 208_000),
        *at_mpu(0, offered(3, 3), CallQueued(3, "sales", 2)),
        *at_mpu(240_000, CallUnqueued(3, "sales", "abandoned", 240_000), CallCleared(3, 16, "caller")),
        *whole_call(4, 0, 8000),
        *at_mpu(10, offered(5, 5), CallCleared(5, 17, "machine")),
        *at_mpu(20, offered(6, 6)),
    ]
    counter = FigureCounter()
    for record in records(sorted(rows, key=lambda row: row[0])):
        counter.take(record)
    got = counter.result(288_000)
    assert (got.offered, got.answered, got.lost, got.up) == (6, 3, 2, 1)
    assert got.lost_causes == {"16 normal call clearing": 1, "17 user busy": 1}
    assert (got.abandoned, got.sought_person) == (1, 3)
    assert got.answered_percent == 60.0
    assert got.connect_rate_percent == 20.0  # only call 4 has a CONNECT
    assert got.service_level_percent == 33.3  # call 1 of 1, 2 and 3 within 20 s
    assert (got.mean_wait_cycles, got.max_wait_cycles) == ((8000 + 200_000) // 2, 240_000)
    assert (got.talk_cycles, got.mean_talk_cycles) == (72_000, 36_000)
    assert got.calls_an_hour == 6 * 100
    assert got.utilisation_percent == 26.4  # 72 000 of 272 000 cycles signed in
    assert got.at_end == {"offered": 1}
    assert got.peak_up == 5


def test_service_level_limit_is_settable() -> None:
    counter = FigureCounter(service_level_cycles=1000)
    for record in records(served(1, 0, 8000, 9000, 80_000) + served(2, 80_001, 80_001, 81_002, 90_000)):
        counter.take(record)
    assert counter.result(90_000).service_level_percent == 50.0
