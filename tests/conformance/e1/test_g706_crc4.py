"""The CRC-4 procedure of the framer's receiver (G.706 4.2, 4.3 and annex B).

Every case names its clause. Where the Recommendation leaves freedom the case allows the range, and says so. Status is
looked at after each frame's time: an event within a frame's time is seen at its end.
"""

from __future__ import annotations

import pytest
from e1_bench import MS, NUMBERED, QUIET, Watched, errors_at_random, flip, imitating, padded, right, steady
from g704 import FRAME_BITS, Bits, Encoder, Follower, bits_of, frames_from, octets_of, sub_multiframes

from switchsim.dsp import e1

# 4.2 CRC multiframe alignment


def multiframes(words: str, first: int = 14) -> Bits:
    """Two frames, with which basic alignment is found in frame 0; then a multiframe for each g(ood) or b(ad) MFAS."""
    encoder = Encoder(crc_frame=first)
    bits = encoder.frames(QUIET, 16 - first)
    for word in words:
        multiframe = encoder.frames(QUIET, 16)
        if word == "b":
            multiframe[5 * FRAME_BITS] ^= 1
        bits += multiframe
    return bits


@pytest.mark.parametrize(
    ("words", "last"),
    [("ggb", 1), ("gbgb", 2), ("gbbgb", 3), ("bggb", 2), ("bbggb", 3), ("bgbgb", 3)],
)
def test_4_2_two_mfas_a_multiple_of_2_ms_apart(words: str, last: int) -> None:
    """Aligned with bit 1 of frame 11 of the second one; a framer may say so at the end of that multiframe."""
    watched = Watched(e1.CRC4).push(multiframes(words))
    assert watched.when(e1.LOF, on=False) == 2
    seen = watched.when(e1.LOCRC, on=False)
    assert seen is not None
    assert 2 + 16 * last + 11 <= seen <= 2 + 16 * last + 15


@pytest.mark.parametrize("words", ["gbbbb" * 8, "b" * 40, "bbbbbg" * 6])
def test_4_2_two_mfas_more_than_8_ms_apart_are_none(words: str) -> None:
    watched = Watched(e1.CRC4).push(multiframes(words))
    assert watched.when(e1.LOCRC, on=False) is None


def test_4_2_mfas_at_a_wrong_distance_are_none() -> None:
    """A word every 2.25 ms: two of them a multiple of 2 ms apart are 18 ms apart."""
    encoder = Encoder(crc4=False)
    bits, number = [], 0
    for frame in range(60 * MS):
        made = encoder.frame(QUIET)
        if frame % 2:
            made[0] = [0, 0, 1, 0, 1, 1, 1, 1, 1][number % 9]
            number += 1
        bits += made
    watched = Watched(e1.CRC4).push(bits)
    assert watched.status & e1.LOF == 0
    assert watched.when(e1.LOCRC, on=False) is None


@pytest.mark.parametrize("first", range(16))
def test_4_2_from_each_frame_of_the_multiframe(first: int) -> None:
    """Two whole words after basic alignment: 2 to 6 ms."""
    watched = Watched(e1.CRC4).push(Encoder(crc_frame=first).frames(QUIET, 64))
    basic = 2 + first % 2
    assert watched.when(e1.LOF, on=False) == basic
    seen = watched.when(e1.LOCRC, on=False)
    assert seen is not None
    starts = range(-first % 16 - 16, 64, 16)  # of multiframes
    strictly = next(start for start in starts if start + 1 > basic)
    with_n_1 = next(start for start in starts if start + 1 >= basic - 1)  # bit 1 of frame n + 1 of 4.1.2 may count
    assert with_n_1 + 27 <= seen <= strictly + 31
    assert all(bool(s & e1.LOCRC) for s in watched.statuses[basic:seen])


def test_4_2_one_wrong_mfas_does_not_lose_the_multiframe() -> None:
    watched = Watched(e1.CRC4).push(multiframes("gggbggbg"))
    seen = watched.when(e1.LOCRC, on=False)
    assert seen is not None
    assert watched.ever(e1.LOCRC | e1.LOF, since=seen) == 0


def test_4_2_multiframe_alignment_is_lost_with_frame_alignment() -> None:
    line = steady(6)
    for frame in (16, 18, 20):
        flip(line, frame * FRAME_BITS + 4)
    watched = Watched(e1.CRC4).aligned().push(bytes(line))
    assert watched.when(e1.LOF) == 20
    assert watched.statuses[24] & (e1.LOF | e1.LOCRC) == e1.LOCRC  # frame alignment is back
    seen = watched.when(e1.LOCRC, on=False, since=21)
    assert seen is not None
    assert 48 + 11 <= seen <= 48 + 15  # words of the third and fourth multiframe
    assert watched.receiver.counts.crc_losses == 1


# 4.3 CRC bit monitoring


def test_4_3_1_every_single_bit_of_a_sub_multiframe_is_protected() -> None:
    """2048 lines with one wrong bit each: one block in error each, a C bit's error in the block that it checks."""
    watched, line = Watched(e1.CRC4).aligned(), steady(2)
    watched.push(bytes(line))
    for bit in range(2048):
        harmed = bytearray(line)
        flip(harmed, 2048 + bit)
        before = watched.receiver.counts.crc_errors
        watched.receiver.push(bytes(harmed))
        assert watched.receiver.counts.crc_errors == before + 1, bit
    assert watched.status == 0


@pytest.mark.parametrize("length", [2, 3, 4])
def test_a_2_1_every_burst_of_up_to_4_bits_is_found(length: int) -> None:
    watched, line = Watched(e1.CRC4).aligned(), steady(2)
    watched.push(bytes(line))
    for bit in range(300, 2048 - 8 - length, 37):
        if bit % FRAME_BITS < 8:
            continue
        harmed = bytearray(line)
        for n in {0, length - 1, length // 2}:
            flip(harmed, bit + n)
        before = watched.receiver.counts.crc_errors
        watched.receiver.push(bytes(harmed))
        assert watched.receiver.counts.crc_errors == before + 1, bit


def blocks_in_error(blocks: int, wrong_of_1000: int) -> bytes:
    """A line where any 1000 blocks in a row have that many in error, in timeslot 20."""
    line = steady(blocks // 2)
    for block in range(blocks):
        if (block * wrong_of_1000) % 1000 < wrong_of_1000:
            flip(line, 2048 * block + 3 * FRAME_BITS + 165)
    return bytes(line)


@pytest.mark.parametrize(("wrong", "lost"), [(500, False), (914, False), (915, True), (1000, True)])
def test_4_3_2_915_of_1000_blocks_in_error_are_false_alignment(wrong: int, lost: bool) -> None:
    """The window may be any one second: the errors are even, each 1000 blocks have the same number of them."""
    watched = Watched(e1.CRC4).aligned().push(blocks_in_error(2200, wrong))
    assert watched.receiver.counts.false_alignments >= lost
    if not lost:
        assert watched.ever(e1.LOF | e1.LOCRC) == 0
        assert watched.receiver.counts.false_alignments == 0
        return
    seen = watched.when(e1.LOF)
    assert seen is not None
    assert 915 * 8 <= seen <= 2000 * 8 + 16


def test_4_3_2_the_new_search_finds_the_line_again() -> None:
    watched = Watched(e1.CRC4).aligned().push(blocks_in_error(2002, 1000))
    watched.push(bytes(steady(40)))
    assert watched.status == 0


def imitating_the_multiframe(count: int, timeslot: int) -> Bits:
    """A payload with FAS, bit 2 and CRC multiframe alignment signal in one timeslot; its check bits are all 1."""
    encoder, bits = Encoder(), []
    for number in range(count):
        octets = bytearray(NUMBERED)
        bit_1 = (0, 0, 1, 0, 1, 1, 1, 1)[number // 2 % 8]
        octets[timeslot] = bit_1 << 7 | 0x5F if number % 2 else 0x9B
        bits += encoder.frame(octets)
    return bits


@pytest.mark.parametrize("timeslot", [3, 31])
def test_4_3_2_an_imitation_of_the_multiframe_too_is_found_by_its_checks(timeslot: int) -> None:
    """The wrong place has a multiframe, but its 1000 checks of a second fail: then the search goes on behind it."""
    bits = imitating_the_multiframe(16, timeslot)
    line = octets_of(bits[8:]) + b"\xff"
    whole = octets_of(imitating_the_multiframe(32, timeslot)[16 * FRAME_BITS :]) * 660  # the checks are steady
    start = (line + whole)[: len(line) - 1] + whole
    watched = Watched(e1.CRC4).push(start[: len(start) // 32 * 32])
    taken = watched.when(e1.LOF | e1.LOCRC, on=False)
    assert taken is not None
    assert not right(watched.out[taken + 2], [timeslot])
    counts = watched.receiver.counts
    assert counts.false_alignments == 1
    assert watched.status == 0
    assert right(watched.out[-1], [timeslot])
    lost = watched.when(e1.LOF, since=taken)
    assert lost is not None
    assert lost - taken <= 1000 * 8 + 32


def test_4_1_1_an_imitation_that_comes_later_is_not_looked_at() -> None:
    """A receiver in frame looks at timeslot 0 alone."""
    watched = Watched(e1.CRC4).aligned().push(imitating(30 * MS, list(range(1, 32)), 0x1B, 0x5F, True))
    assert watched.ever(~0) == 0


@pytest.mark.parametrize("seed", range(8))
def test_4_2_a_line_with_1e_3_is_found(seed: int) -> None:
    """Errors delay alignment by some words; 40 ms is allowed."""
    line = steady(40)
    errors_at_random(line, 1e-3, 40 + seed)
    watched = Watched(e1.CRC4).push(bytes(line))
    found = watched.when(e1.LOF | e1.LOCRC, on=False)
    assert found is not None
    assert found <= 40 * MS
    assert watched.ever(e1.NO_CRC | e1.AIS | e1.LOS) == 0


# E bits (G.704 2.3.3.4, G.706 4.3)


@pytest.mark.parametrize(("block", "good"), [(0, (0, 1)), (1, (1, 0))], ids=["SMF I", "SMF II"])
def test_4_3_the_result_of_each_sub_multiframe(block: int, good: tuple[int, int]) -> None:
    line = steady(4)
    flip(line, 512 * 8 + block * 2048 + 1000)
    watched = Watched(e1.CRC4).aligned()
    seen = []
    for at in range(0, len(line), 32):
        watched.push(bytes(line[at : at + 32]))
        seen.append(tuple(watched.receiver.crc_good))
    assert set(seen) == {(1, 1), good}
    wrong = [n for n, pair in enumerate(seen) if pair == good]
    known = 16 + 8 * block + 8 + 6  # with C4 of the sub-multiframe after it
    assert known <= wrong[0] <= known + 1
    assert wrong == list(range(wrong[0], wrong[0] + 16))


@pytest.mark.parametrize(("block", "pair"), [(0, (0, 1)), (1, (1, 0))], ids=["E1", "E2"])
@pytest.mark.parametrize("phase", [0, 5, 8, 11])
def test_2_3_3_4_an_errored_block_comes_back_as_one_e_bit(block: int, pair: tuple[int, int], phase: int) -> None:
    """Through both ends: receiver, its crc_good, the sender beside it, and the decoder by hand; within 1 s."""
    line = steady(40)
    flip(line, 2 * 4096 + block * 2048 + 500)
    receiver, sender = e1.E1Receiver(e1.CRC4), e1.E1Sender(e1.CRC4, crc_frame=phase)
    receiver.aligned(0, 0)
    back: list[int] = []
    for at in range(0, len(line), 32):
        receiver.push(bytes(line[at : at + 32]))
        sender.e = list(receiver.crc_good)
        back += bits_of(sender.frame(QUIET))
    frames = frames_from(back, 0)[(16 - phase) % 16 :]
    pairs = [(frames[at + 13].first, frames[at + 15].first) for at in range(0, len(frames) - 15, 16)]
    assert [p for p in pairs if p != (1, 1)] == [pair]


def test_b_2_3_e_bits_are_0_until_the_multiframe_is_found() -> None:
    watched = Watched(e1.CRC4)
    assert tuple(watched.receiver.crc_good) == (0, 0)
    bad = octets_of(multiframes("b" * 40))
    for at in range(0, len(bad), 32):
        watched.push(bad[at : at + 32])
        assert tuple(watched.receiver.crc_good) == (0, 0)
    watched.push(bytes(steady(8)))
    assert tuple(watched.receiver.crc_good) == (1, 1)


# Annex B: a peer without CRC-4


@pytest.mark.parametrize("si", [0, 1])
def test_b_2_3_after_400_ms_the_peer_has_no_crc_4(si: int) -> None:
    """From the recovery of basic alignment; it stays all the time, and the payload passes (B.2.3)."""
    encoder = Encoder(crc4=False, si=si)
    line = octets_of(encoder.frames(NUMBERED, 16)) * (26 * MS)  # 416 ms
    watched = Watched(e1.CRC4).push(line)
    basic = watched.when(e1.LOF, on=False)
    assert basic == 2
    seen = watched.when(e1.NO_CRC)
    assert seen is not None
    assert 400 * MS - 1 <= seen - basic <= 408 * MS  # the last search may end first
    assert watched.ever(e1.LOF, since=basic) == 0
    assert all(status & e1.LOCRC for status in watched.statuses[basic:seen])
    assert watched.ever(e1.LOCRC, since=seen) == 0
    assert all(out[1:] == NUMBERED[1:] for out in watched.out[basic + 1 :])
    assert watched.receiver.counts.crc_blocks == watched.receiver.counts.e_blocks == 0
    assert tuple(watched.receiver.crc_good) == (0, 0)


def test_b_2_3_it_still_sends_crc_4_with_both_e_bits_0() -> None:
    sender = e1.E1Sender(e1.CRC4)
    sender.e = [0, 0]
    frames = frames_from([b for _ in range(64) for b in bits_of(sender.frame(QUIET))], 0)
    assert all(block.good for block in sub_multiframes(frames, 0)[:-1])
    assert {(frames[n + 13].first, frames[n + 15].first) for n in (16, 32, 48)} == {(0, 0)}


def test_b_2_3_loss_of_frame_alignment_starts_the_400_ms_anew() -> None:
    line = octets_of(Encoder(crc4=False).frames(QUIET, 16))
    watched = Watched(e1.CRC4).push(line * (20 * MS))  # 320 ms
    broken = bytearray(line)
    for frame in (0, 2, 4):
        flip(broken, frame * FRAME_BITS + 4)
    start = len(watched.statuses)
    watched.push(bytes(broken) + line * (26 * MS))
    seen = watched.when(e1.NO_CRC)
    assert seen is not None
    assert start + 8 + 400 * MS - 1 <= seen <= start + 8 + 408 * MS


def test_b_2_3_a_line_lost_and_found_after_no_crc_is_asked_again() -> None:
    """The peer was changed for one with CRC-4: with the next recovery the multiframe is searched again."""
    line = octets_of(Encoder(crc4=False).frames(QUIET, 16))
    watched = Watched(e1.CRC4).push(line * (26 * MS))
    assert watched.status == e1.NO_CRC
    watched.push(b"\x55" * 32 * 16)
    assert watched.status & e1.LOF
    watched.push(bytes(steady(8)))
    assert watched.status == 0
    assert watched.receiver.counts.crc_blocks > 0


def test_b_1_a_receiver_without_crc_4_takes_bit_1_as_it_is() -> None:
    watched = Watched(0).push(bytes(steady(30, payload=NUMBERED)))
    assert watched.status == 0
    assert watched.ever(e1.LOCRC | e1.NO_CRC) == 0
    assert watched.receiver.counts.crc_blocks == watched.receiver.counts.e_blocks == 0
    assert all(out[1:] == NUMBERED[1:] for out in watched.out[3:])


def test_b_a_search_that_finds_the_multiframe_elsewhere_moves_frame_alignment_there() -> None:
    """A spurious alignment is held for 200 ms; then a line with CRC-4 appears on another phase beside it."""
    spurious = padded(imitating(200 * MS, [6], 0x1B, 0x5F, False))
    watched = Watched(e1.CRC4).push(spurious[8:] + [1] * 8)
    watched.push(padded(imitating(80 * MS, [6], 0x1B, 0x5F, True)[8:]))
    assert watched.status & (e1.LOF | e1.LOCRC) == 0
    assert right(watched.out[-2], [6])


# Errors of the line


@pytest.mark.parametrize("insert", [True, False], ids=["one more", "one less"])
def test_a_shift_by_one_bit_is_lost_and_found(insert: bool) -> None:
    """Lost with the third FAS from the shift (4 to 6 frames), found within 4 frames of that, right to the end."""
    for place in range(0, 512, 41):
        bits = bits_of(steady(2, payload=NUMBERED))
        tail = bits_of(steady(10, payload=NUMBERED))
        cut = 512 * 4 + place
        whole = bits + tail
        shifted = [*whole[:cut], whole[cut - 1] ^ 1, *whole[cut:]] if insert else whole[:cut] + whole[cut + 1 :]
        watched = Watched(e1.CRC4).aligned().push(padded(shifted))
        lost = watched.when(e1.LOF)
        assert lost is not None
        assert 4 <= lost - cut // FRAME_BITS <= 6
        found = watched.when(e1.LOF, on=False, since=lost)
        assert found is not None
        assert 4 <= found - lost <= 5
        assert all(out[1:] == NUMBERED[1:] for out in watched.out[found + 1 : -2])
        assert watched.statuses[-3] == 0
        assert watched.receiver.counts.frame_losses == 1


@pytest.mark.parametrize("seed", range(2))
def test_a_1_1_a_line_with_1e_3_is_not_false_alignment(seed: int) -> None:
    """At 1e-3 some 830 of 1000 blocks are found in error: neither LOF nor 915; every count is the hand-made one."""
    line = steady(500)
    errors_at_random(line, 1e-3, seed)
    watched = Watched(e1.CRC4).aligned().push(bytes(line))
    assert watched.ever(e1.LOF | e1.LOCRC | e1.AIS | e1.LOS) == 0
    frames = frames_from(bits_of(line), 0)
    follower = Follower()
    assert all(follower.push(frame) for frame in frames)
    blocks = [block for block in sub_multiframes(frames, 0) if block.sent is not None]
    counts = watched.receiver.counts
    assert counts.fas_errors == follower.fas_errors
    assert counts.crc_blocks - len(blocks) in (-1, 0)
    errored = [not block.good for block in blocks]
    assert counts.crc_errors in (sum(errored), sum(errored[1:]))
    assert 790 < counts.crc_errors < 870
    assert (counts.e_blocks, counts.false_alignments) == (1000, 0)
