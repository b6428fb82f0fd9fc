"""Loss and recovery of frame alignment by the framer's receiver (G.706 4.1), and what imitates it (notes to 4.1, 4.2).

Every case names its clause. Where the Recommendation leaves freedom the case allows the range, and says so. Status is
looked at after each frame's time: an event within a frame's time is seen at its end.
"""

from __future__ import annotations

from random import Random

import pytest
from e1_bench import MS, NUMBERED, QUIET, Watched, flip, imitating, padded, right, steady
from g704 import FRAME_BITS, Encoder, aligned_at, octets_of

from switchsim.dsp import e1


def plain(count: int, payload: bytes = QUIET, first: int = 0) -> bytearray:
    """Frames without CRC-4."""
    return bytearray(octets_of(Encoder(crc4=False, crc_frame=first).frames(payload, count)))


# 4.1.1 Loss of frame alignment


@pytest.mark.parametrize(
    ("words", "lost_at"),
    [
        (".....", None),
        ("xx...", None),
        ("xx.xx.xx.", None),
        ("x.x.x.x.x", None),
        ("xxx..", 2),
        ("xx.xxx", 5),
        ("x.xxxx", 4),
        ("xxxxxx", 2),
    ],
)
@pytest.mark.parametrize("crc", [0, e1.CRC4], ids=["plain", "crc4"])
@pytest.mark.parametrize("nfas", [0, e1.NFAS], ids=["", "nfas"])
def test_4_1_1_three_consecutive_fas_in_error(words: str, lost_at: int | None, crc: int, nfas: int) -> None:
    line = steady(2) if crc else plain(32)
    for number, word in enumerate(words):
        if word == "x":
            flip(line, 2 * number * FRAME_BITS + 3)
    watched = Watched(crc | nfas).aligned().push(bytes(line))
    assert watched.when(e1.LOF) == (None if lost_at is None else 2 * lost_at)
    assert watched.receiver.counts.frame_losses == (lost_at is not None)


@pytest.mark.parametrize("bits", [{2}, {3}, {4}, {5}, {6}, {7}, {8}, {2, 8}, {2, 3, 4, 5, 6, 7, 8}], ids=str)
def test_4_1_1_any_of_bits_2_to_8_makes_a_fas_wrong(bits: set[int]) -> None:
    line = plain(16)
    for frame in (2, 4, 6):
        for bit in bits:
            flip(line, frame * FRAME_BITS + bit - 1)
    watched = Watched().aligned().push(bytes(line))
    assert watched.when(e1.LOF) == 6
    assert (watched.receiver.counts.fas_errors, watched.receiver.counts.fas_bit_errors) == (3, 3 * len(bits))


def test_4_1_1_bit_1_is_no_part_of_the_fas() -> None:
    line = plain(64)
    for frame in range(0, 64, 2):
        flip(line, frame * FRAME_BITS)
    assert Watched(e1.NFAS).aligned().push(bytes(line)).ever(e1.LOF) == 0


@pytest.mark.parametrize(
    ("words", "lost_at"),
    [("xx.xx.", None), ("xxx", 2), ("x.xxx.", 4), ("xxxx", 2)],
    ids=["xx.xx.", "xxx", "x.xxx.", "xxxx"],
)
@pytest.mark.parametrize("option", [False, True], ids=["without", "with"])
def test_4_1_1_option_bit_2_of_frames_without_fas(words: str, lost_at: int | None, option: bool) -> None:
    line = plain(32)
    for number, word in enumerate(words):
        if word == "x":
            flip(line, (2 * number + 1) * FRAME_BITS + 1)
    watched = Watched(e1.NFAS if option else 0).aligned().push(bytes(line))
    assert watched.when(e1.LOF) == (2 * lost_at + 1 if option and lost_at is not None else None)


def test_4_1_1_errors_of_both_kinds_are_not_added() -> None:
    """Two FAS and two bits 2 in a row: neither is three."""
    line = plain(16)
    for bit in (2 * FRAME_BITS + 2, 3 * FRAME_BITS + 1, 4 * FRAME_BITS + 2, 5 * FRAME_BITS + 1):
        flip(line, bit)
    assert Watched(e1.NFAS).aligned().push(bytes(line)).ever(e1.LOF) == 0


# 4.1.2 Recovery of frame alignment


@pytest.mark.parametrize("flags", [0, e1.CRC4, e1.NFAS])
def test_4_1_2_recovery_takes_fas_bit_2_fas(flags: int) -> None:
    """Lost with the third wrong FAS in frame 4: FAS in 6, bit 2 in 7, FAS in 8; not earlier, not later."""
    line = steady(2)
    for frame in (0, 2, 4):
        flip(line, frame * FRAME_BITS + 4)
    watched = Watched(flags).aligned().push(bytes(line))
    assert [bool(status & e1.LOF) for status in watched.statuses[:10]] == [False] * 4 + [True] * 4 + [False] * 2
    assert watched.out[5:8] == [b"\xff" * 32] * 3
    assert all(out[1:] == QUIET[1:] for out in watched.out[9:])


@pytest.mark.parametrize(
    ("wrong", "aligned"),
    [
        ({}, {2}),
        ({1: 1}, {4, 6}),  # bit 2 in n + 1: a new search in n + 2, which may take the FAS there or look behind it
        ({2: 4}, {6, 8}),  # FAS in n + 2; the next ones are in 4 and 6
        ({0: 5}, {4}),
        ({0: 5, 2: 6}, {6}),
        ({1: 1, 3: 1}, {6, 8}),
    ],
    ids=["F1F", "F0F1F", "F1x1F1F", "x1F1F", "x1x1F1F", "F0F0F1F"],
)
def test_4_1_2_each_step_of_the_sequence(wrong: dict[int, int], aligned: set[int]) -> None:
    line = plain(16)
    for frame, bit in wrong.items():
        flip(line, frame * FRAME_BITS + bit)
    assert Watched().push(bytes(line)).when(e1.LOF, on=False) in aligned


@pytest.mark.parametrize("half", [0, 1], ids=["FAS first", "NFAS first"])
@pytest.mark.parametrize("crc", [False, True], ids=["plain", "crc4"])
def test_4_1_2_from_each_of_256_bit_offsets(half: int, crc: bool) -> None:
    frames = Encoder(crc4=crc, crc_frame=half).frames(NUMBERED, 9)
    for offset in range(256):
        lead = ([0, 1] * 128)[:offset]
        bits = padded(lead + frames)
        at = aligned_at(bits)
        assert at == offset + half * FRAME_BITS
        watched = Watched(e1.CRC4 if crc else 0).push(bits)
        seen = (at + 2 * FRAME_BITS + 7) // FRAME_BITS  # the frame's time in which the second FAS ends
        assert watched.when(e1.LOF, on=False) == seen, offset
        assert watched.ever(e1.LOF, since=seen) == 0
        assert all(out[1:] == NUMBERED[1:] for out in watched.out[seen + 1 : 8 + half]), offset


@pytest.mark.parametrize("offset", range(1, 256, 17))
def test_4_1_2_octets_come_in_order_at_any_offset(offset: int) -> None:
    """Frames that end within a frame's time are given at its end, none twice and none left out."""
    encoder = Encoder(crc4=False)
    payloads = [bytes(((n + t) & 0x0F) | 0x40 for t in range(32)) for n in range(40)]
    bits = padded([0, 1] * (offset // 2) + [1] * (offset % 2) + [b for p in payloads for b in encoder.frame(p)])
    watched = Watched().push(bits)
    first = watched.when(e1.LOF, on=False)
    assert first is not None
    assert [out[1:] for out in watched.out[first + 1 : 40]] == [p[1:] for p in payloads[first:39]]


@pytest.mark.parametrize("seed", range(4))
def test_4_1_2_random_payload_random_phase(seed: int) -> None:
    """FAS by chance in the payload delay the search; never earlier than the sequence allows, and not for long.

    The Recommendation gives no time; a search of one candidate at a time needs a few ms, 16 ms is allowed.
    """
    draw = Random(seed)
    for _ in range(8):
        offset = draw.randrange(512)
        encoder = Encoder(crc4=False)
        bits = [b for _ in range(16 * MS + 4) for b in encoder.frame(draw.randbytes(32))]
        line = padded(bits[offset:])
        earliest = aligned_at(line)
        assert earliest is not None
        watched = Watched().push(line)
        seen = watched.when(e1.LOF, on=False)
        assert seen is not None
        assert seen >= (earliest + 2 * FRAME_BITS + 7) // FRAME_BITS
        assert seen <= 15 * MS
        assert watched.status & e1.LOF == 0


# Imitation of the FAS (4.1.2 note, 4.2 note 1)


@pytest.mark.parametrize("skip", [1, 9, 33])
@pytest.mark.parametrize("timeslots", [[1], [7], [16], [31], [1, 2, 3], [5, 12, 29]], ids=str)
@pytest.mark.parametrize("octet", [0x1B, 0x9B])
def test_4_1_2_note_a_constant_fas_in_the_payload_does_not_hold_the_search(
    skip: int, timeslots: list[int], octet: int
) -> None:
    """Bit 2 of the frame after is 0: no recovery there, and the search goes on behind it (32 ms allowed)."""
    watched = Watched().push(padded(imitating(40 * MS, timeslots, octet, octet, False)[8 * skip :]))
    seen = watched.when(e1.LOF, on=False)
    assert seen is not None
    assert seen <= 32 * MS
    assert watched.ever(e1.LOF, since=seen) == 0
    assert all(right(out, timeslots) for out in watched.out[seen + 1 : -1])


@pytest.mark.parametrize("octet", [0x1B, 0x9B])
def test_4_1_2_note_a_constant_fas_in_all_timeslots(octet: int) -> None:
    watched = Watched().push(padded(imitating(40 * MS, list(range(1, 32)), octet, octet, False)[8:]))
    seen = watched.when(e1.LOF, on=False)
    assert seen is not None
    assert seen <= 32 * MS
    assert set(watched.out[-2][1:]) == {octet}


@pytest.mark.parametrize("skip", [1, 40])
@pytest.mark.parametrize(
    ("timeslots", "within_ms"),
    [([1], 30), ([20], 30), ([31], 30), ([4, 9, 30], 60), (list(range(1, 32)), 390)],
    ids=["1", "20", "31", "4+9+30", "all"],
)
def test_4_2_imitation_of_fas_and_nfas_is_unmasked_by_crc_4(skip: int, timeslots: list[int], within_ms: int) -> None:
    """No multiframe within 8 ms: the alignment is spurious, and the new search starts just behind it (note 1).

    Each imitation may cost its 8 ms. Whether LOF shows meanwhile is free (not in annex B); the end is not.
    """
    frames = (within_ms + 10) * MS
    watched = Watched(e1.CRC4).push(padded(imitating(frames, timeslots, 0x1B, 0x5F, True)[8 * skip :]))
    seen = watched.when(e1.LOF | e1.LOCRC | e1.NO_CRC, on=False)
    assert seen is not None
    assert seen <= within_ms * MS
    assert watched.ever(e1.LOF | e1.LOCRC | e1.NO_CRC, since=seen) == 0
    assert all(right(out, timeslots) for out in watched.out[seen + 1 : -1])
    counts = watched.receiver.counts
    assert counts.crc_blocks > 0
    assert counts.crc_errors <= 1  # the block in which alignment was found may be no whole one


@pytest.mark.parametrize("timeslot", [3, 31])
def test_4_1_2_without_crc_4_an_imitation_may_be_taken(timeslot: int) -> None:
    """The Recommendation has no means against it: either alignment is allowed, but one must be there."""
    watched = Watched().push(padded(imitating(10 * MS, [timeslot], 0x1B, 0x5F, False)[8:]))
    assert watched.status & e1.LOF == 0
    turned = NUMBERED[timeslot + 1 :]
    assert right(watched.out[-2], [timeslot]) or watched.out[-2][1 : 1 + len(turned)] == turned
