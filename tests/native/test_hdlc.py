"""HDLC transmitter and receiver clause by clause (ISO/IEC 13239), and against libspandsp both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import spandsp_peer
from native_hdlc import Receiver, Transmitter, loop
from native_parts import Parts

from switchsim.dsp.reference import hdlc

CHECK = b"123456789"
FLAG = [0, 1, 1, 1, 1, 1, 1, 0]
ONES7 = [1] * 7


def bits(*pieces: list[int] | bytes) -> bytes:
    """Line octets of bit lists and (already stuffed) frames; the rest of the last octet is flag bits."""
    found: list[int] = []
    for piece in pieces:
        found += hdlc.encode(piece) if isinstance(piece, bytes) else piece
    padding = FLAG * 2
    return hdlc.line_octets(found + padding[: -len(found) % 8 or 16])


def received(parts: Parts, line: bytes) -> list[tuple[int, int, bytes]]:
    """(bad, n_octets, frame) without the places, and the reference must agree with them."""
    found = Receiver(parts).push(line)
    assert found == [(r.at, r.bad, r.n_octets, r.frame) for r in hdlc.Receiver().push(line)]
    return [(bad, n, frame) for _, bad, n, frame in found]


def test_4_2_5_fcs_check_value() -> None:
    assert hdlc.fcs(CHECK) == 0x906E


def test_4_2_5_fcs_is_sent_least_significant_octet_first(parts: Parts) -> None:
    tx = Transmitter(parts)
    tx.queue(CHECK)
    assert hdlc.line_octets(FLAG + hdlc.encode(CHECK) + FLAG)[:12] == tx.pull(12)[0]
    assert hdlc.encode(CHECK)[-16:] == [0x6E >> i & 1 for i in range(8)] + [0x90 >> i & 1 for i in range(8)]


def test_4_2_1_flags_fill_the_line(parts: Parts) -> None:
    assert Transmitter(parts).pull(40)[0] == b"\x7e" * 40
    assert received(parts, b"\x7e" * 40) == []


@pytest.mark.parametrize("shift", range(8))
def test_a_frame_is_found_at_every_bit_offset(parts: Parts, shift: int) -> None:
    assert received(parts, bits([1] * shift, FLAG, CHECK, FLAG)) == [(0, 9, CHECK)]


def test_one_flag_between_two_frames(parts: Parts) -> None:
    assert received(parts, bits(FLAG, CHECK, FLAG, b"ab", FLAG)) == [(0, 9, CHECK), (0, 2, b"ab")]


def test_flags_may_share_a_zero(parts: Parts) -> None:
    assert received(parts, bits(FLAG, FLAG[1:], FLAG[1:], CHECK, FLAG, FLAG[1:], b"ab", FLAG)) == [
        (0, 9, CHECK),
        (0, 2, b"ab"),
    ]


def test_4_3_1_stuffing_of_all_ones_through_the_fcs(parts: Parts) -> None:
    frames = [b"\xff" * 300, b"\x1f\xf8" * 100, b"\x7e\x7e\x7e", bytes(range(256))]
    found = loop(frames, parts, 1300)
    assert [(bad, frame) for _, bad, _, frame in found] == [(0, frame) for frame in frames]


def test_4_2_5_a_flipped_bit_is_a_bad_fcs(parts: Parts) -> None:
    damaged = hdlc.octet_bits(b"\x00\x00\x08" + hdlc.fcs(b"\x00\x00\x00").to_bytes(2, "little"))
    assert received(parts, bits(FLAG, hdlc.stuff(damaged), FLAG)) == [(1, 5, b"")]


def test_4_4_seven_ones_abort_a_frame(parts: Parts) -> None:
    assert received(parts, bits(FLAG, [0, 1] * 20, [0], ONES7, [0], FLAG, CHECK, FLAG)) == [(2, 5, b""), (0, 9, CHECK)]


def test_4_4_ones_after_flags_are_idle_not_an_abort(parts: Parts) -> None:
    assert received(parts, bits(FLAG, FLAG, ONES7 * 4, FLAG, CHECK, FLAG)) == [(0, 9, CHECK)]


def test_before_the_first_flag_nothing_is_reported(parts: Parts) -> None:
    assert received(parts, bits([0, 1, 0, 0] * 30, ONES7, [0, 1] * 40, FLAG, CHECK, FLAG)) == [(0, 9, CHECK)]


@pytest.mark.parametrize("n_bits", [1, 7, 8, 16, 31])
def test_less_than_four_octets_between_flags_is_short(parts: Parts, n_bits: int) -> None:
    assert received(parts, bits(FLAG, ([1, 0, 1, 0] * 8)[:n_bits], FLAG)) == [(3, n_bits // 8, b"")]


def test_the_shortest_frame_has_two_octets(parts: Parts) -> None:
    assert received(parts, bits(FLAG, b"ab", FLAG)) == [(0, 2, b"ab")]


@pytest.mark.parametrize("extra", range(1, 8))
def test_not_a_whole_number_of_octets(parts: Parts, extra: int) -> None:
    assert received(parts, bits(FLAG, hdlc.encode(CHECK), ([0, 1] * 4)[:extra], FLAG)) == [(5, 11, b"")]


def test_the_longest_frame_and_one_more(parts: Parts) -> None:
    longest, longer = bytes(300), bytes(301)
    assert received(parts, bits(FLAG, longest, FLAG)) == [(0, 300, longest)]
    assert received(parts, bits(FLAG, longer, FLAG, CHECK, FLAG)) == [(4, 303, b""), (0, 9, CHECK)]


def test_a_stuck_line_reports_long_once(parts: Parts) -> None:
    assert received(parts, bits(FLAG) + bytes(2000) + bits(FLAG, CHECK, FLAG)) == [(4, 303, b""), (0, 9, CHECK)]


def test_queue_refuses_lengths_and_overflow(parts: Parts) -> None:
    tx = Transmitter(parts)
    assert tx.queue(b"") == tx.queue(bytes(301)) == -1
    sent = 0
    while tx.queue(bytes([sent]) * 300) == 0:
        sent += 1
    assert (sent, tx.tx.waiting) == (6, 6)
    before = tx.state()
    assert tx.queue(bytes(300)) == -2
    assert tx.state() == before
    found = Receiver(parts).push(tx.pull(2500)[0])
    assert [frame for _, _, _, frame in found] == [bytes([i]) * 300 for i in range(6)]


def test_the_queue_runs_empty_with_the_last_bit_of_the_closing_flag(parts: Parts) -> None:
    for frame in (b"ab", b"\xff" * 5, CHECK, b"\x00" * 300):
        tx = Transmitter(parts)
        tx.queue(frame)
        n_bits = 8 + len(hdlc.encode(frame)) + 8
        _, done = tx.pull(400)
        assert done == [(n_bits - 1) // 8]
        assert tx.tx.waiting == 0


def test_flush_aborts_the_frame_under_way(parts: Parts) -> None:
    tx, rx = Transmitter(parts), Receiver(parts)
    tx.queue(bytes(50))
    tx.queue(CHECK)
    first = rx.push(tx.pull(20)[0])
    parts.lib.swd_hdlc_tx_flush(tx.tx)
    tx.queue(b"ab")
    line, done = tx.pull(30)
    assert first == []
    assert [r[1:] for r in rx.push(line)] == [(2, 18, b""), (0, 2, b"ab")]
    assert len(done) == 1


def test_flush_while_idle_keeps_the_flags_whole(parts: Parts) -> None:
    tx, rx = Transmitter(parts), Receiver(parts)
    tx.queue(b"\xff\xff")
    line = tx.pull(17)[0]
    parts.lib.swd_hdlc_tx_flush(tx.tx)
    assert [r[1:] for r in rx.push(line + tx.pull(20)[0])] == [(0, 2, b"\xff\xff")]


# ---- libspandsp ----


def random_frames(seed: int, count: int) -> list[bytes]:
    rng = np.random.default_rng(seed)
    return [
        bytes(rng.choice(256, int(rng.integers(2, 261))).astype(np.uint8) | (0xF8 if rng.random() < 0.3 else 0))
        for _ in range(count)
    ]


@pytest.mark.peer("libspandsp2", library="spandsp")
def test_libspandsp_receives_what_we_send(parts: Parts) -> None:
    ffi, lib = spandsp_peer.load()
    heard: list[tuple[bytes, int]] = []

    @ffi.callback("void(void *, const uint8_t *, int, int)")
    def on_frame(_: Any, packet: Any, length: int, ok: int) -> None:
        if length >= 0:
            heard.append((bytes(ffi.buffer(packet, length)), ok))

    state = lib.hdlc_rx_init(ffi.NULL, 0, 1, 1, on_frame, ffi.NULL)
    frames, tx = random_frames(1, 200), Transmitter(parts)
    for frame in frames:
        assert tx.queue(frame) == 0
        lib.hdlc_rx_put(state, tx.pull(340)[0], 340)
    lib.hdlc_rx_free(state)
    assert heard == [(frame, 1) for frame in frames]


@pytest.mark.peer("libspandsp2", library="spandsp")
def test_we_receive_what_libspandsp_sends(parts: Parts) -> None:
    ffi, lib = spandsp_peer.load()
    state = lib.hdlc_tx_init(ffi.NULL, 0, 1, 0, ffi.NULL, ffi.NULL)
    frames, rx, into = random_frames(2, 200), Receiver(parts), ffi.new("uint8_t[400]")
    found = []
    lib.hdlc_tx_flags(state, 3)
    for frame in frames:
        assert lib.hdlc_tx_frame(state, frame, len(frame)) == 0
        count = lib.hdlc_tx_get(state, into, 400)
        found += rx.push(bytes(into[0:count]))
    lib.hdlc_tx_free(state)
    assert [(bad, frame) for _, bad, _, frame in found] == [(0, frame) for frame in frames]
