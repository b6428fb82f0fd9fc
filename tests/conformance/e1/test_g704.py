"""The framer's frames, read by the decoder by hand; and frames made by hand, read by its receiver (G.704)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from e1_bench import QUIET, Watched, flip, steady
from g704 import (
    Bits,
    Encoder,
    Frame,
    aligned_at,
    bits_of,
    cas_multiframe_at,
    crc_multiframe_at,
    e_bits,
    frames_from,
    nibble,
    number_of,
    octets_of,
    signalling,
    sub_multiframes,
)

from switchsim.dsp import e1

PHASES = [(crc, cas) for crc in range(16) for cas in ((crc * 5) % 16, (crc * 5 + 7) % 16)]


def sent(sender: e1.E1Sender, count: int, payload: bytes = QUIET) -> list[Frame]:
    """Frames as the framer sends them."""
    return [Frame(bits_of(sender.frame(payload))) for _ in range(count)]


def random_payloads(seed: int, count: int) -> Iterator[bytes]:
    random = Random(seed)
    return (random.randbytes(32) for _ in range(count))


def carried(octets: bytes, cas: bool) -> bytes:
    """What a line carries for its user: all timeslots but 0, and 16 with channel associated signalling."""
    return octets[1:16] + octets[17:] if cas else octets[1:]


# The framer's frames, read by hand


def test_2_3_2_timeslot_0_alternates() -> None:
    frames = sent(e1.E1Sender(0), 32)
    assert all(frame.good_fas for frame in frames[::2])
    assert all(frame.bits[1] == 1 and frame.a == 0 and frame.sa == [1] * 5 for frame in frames[1::2])
    assert all(frame.first == 1 for frame in frames)  # Si, table 5A note 1: 1 where it is not used


def test_2_3_2_the_international_bit_is_its_users_without_crc_4() -> None:
    sender = e1.E1Sender(0)
    sender.si = 0
    assert all(frame.first == 0 for frame in sent(sender, 16))


@pytest.mark.parametrize("number", range(5), ids=[f"Sa{n}" for n in range(4, 9)])
def test_2_3_2_each_sa_bit(number: int) -> None:
    sender = e1.E1Sender(e1.CRC4)
    want = [int(n != number) for n in range(5)]
    sender.sa = list(want)
    assert [frame.sa for frame in sent(sender, 16)[1::2]] == [want] * 8


@pytest.mark.parametrize(("crc_frame", "cas_frame"), PHASES)
def test_2_3_3_and_5_1_3_2_the_two_multiframes_stand_where_they_are_put(crc_frame: int, cas_frame: int) -> None:
    sender = e1.E1Sender(e1.CRC4 | e1.CAS, crc_frame=crc_frame, cas_frame=cas_frame)
    sender.abcd = [0b1101] * 32
    frames = sent(sender, 64)
    even = crc_frame % 2  # of my list: the decoder wants to start with a FAS
    start = crc_multiframe_at(frames[even:])
    assert start is not None
    assert (start + even + crc_frame) % 16 == 0
    zero = cas_multiframe_at(frames)
    assert zero is not None
    assert (zero + cas_frame) % 16 == 0
    blocks = sub_multiframes(frames[even:], start)[:-1]
    assert all(block.good for block in blocks)


def test_5_1_3_2_no_signalling_of_channels_1_to_15_is_0000_unless_told() -> None:
    """It would imitate the alignment signal; the Recommendation has b = 1, c = 0, d = 1 where they are not used."""
    seen = signalling(sent(e1.E1Sender(e1.CAS), 32), 16)[0]
    assert all(seen.abcd[channel] for channel in range(1, 16))
    assert all(abcd & 0b0111 == 0b0101 for abcd in seen.abcd.values())


def test_2_3_3_5_every_check_is_right_whatever_changes() -> None:
    """Trap: the E, A, Sa bits and timeslot 16 are checked too; the C bits count as 0."""
    random = Random(704)
    sender = e1.E1Sender(e1.CRC4 | e1.CAS)
    frames = []
    for payload in random_payloads(1, 16 * 20):
        sender.e = [random.getrandbits(1), random.getrandbits(1)]
        sender.sa = [random.getrandbits(1) for _ in range(5)]
        sender.send = random.choice((0, e1.SEND_A, e1.SEND_Y, e1.SEND_TS16_AIS, e1.SEND_E0))
        frames.append(Frame(bits_of(sender.frame(payload))))
    blocks = sub_multiframes(frames, 0)[:-1]
    assert len(blocks) == 39
    assert all(block.good for block in blocks)


@pytest.mark.parametrize("cas", [False, True], ids=["ccs", "cas"])
def test_5_1_the_payload_is_sent_as_it_is(cas: bool) -> None:
    sender = e1.E1Sender(e1.CRC4 | (e1.CAS if cas else 0))
    for payload in random_payloads(2, 64):
        assert carried(sender.frame(payload), cas) == carried(payload, cas)


def test_2_3_3_4_each_pair_of_e_bits() -> None:
    """They may wait for the next multiframe, no longer."""
    sender = e1.E1Sender(e1.CRC4)
    pairs = [(1, 1), (0, 1), (1, 0), (0, 0), (1, 1), (1, 1), (0, 1), (1, 1), (1, 1)]
    frames: list[Frame] = []
    for pair in pairs:
        sender.e = list(pair)
        frames += sent(sender, 16)
    seen = e_bits(frames, 0)
    assert seen == pairs or seen[1:] == pairs[:-1]


@pytest.mark.parametrize("sa", range(4, 9))
def test_2_3_4_synchronization_status_in_each_sa_bit(sa: int) -> None:
    sender = e1.E1Sender(e1.CRC4)
    sender.ssm_sa = sa
    for message in range(16):
        sender.ssm = message
        frames = sent(sender, 32)
        assert [block.ssm(sa) for block in sub_multiframes(frames, 0)[1:]] == [message] * 3
        others = [number for number in range(4, 9) if number != sa]
        assert all(frame.sa[number - 4] == 1 for frame in frames[1::2] for number in others)


@pytest.mark.parametrize("timeslot", [*range(1, 16), *range(17, 32)])
def test_5_1_3_2_the_place_of_each_channel(timeslot: int) -> None:
    """Channel n in bits 1 to 4 of frame n, channel n + 15 in bits 5 to 8: timeslots t and t + 16 share an octet."""
    sender = e1.E1Sender(e1.CRC4 | e1.CAS)
    for abcd in (0b0101, 0b1001, 0b1110):
        sender.abcd = [0b1101 if number != timeslot else abcd for number in range(32)]
        seen = signalling(sent(sender, 32), 16)[0]
        assert seen.abcd == {t: (abcd if t == timeslot else 0b1101) for t in seen.abcd}
        assert seen.x == [1, 1, 1]
        assert seen.y == 0


@pytest.mark.parametrize(
    ("send", "what"),
    [
        (e1.SEND_A, lambda f: all(frame.a == 1 for frame in f[1::2])),
        (e1.SEND_Y, lambda f: f[0].timeslot(16) == [0, 0, 0, 0, 1, 1, 1, 1]),
        (e1.SEND_AIS, lambda f: all(all(frame.bits) for frame in f)),
        (e1.SEND_NOTHING, lambda f: not any(any(frame.bits) for frame in f)),
        (e1.SEND_TS16_AIS, lambda f: all(all(frame.timeslot(16)) and not all(frame.bits[128:]) for frame in f)),
        (e1.SEND_UNFRAMED, lambda f: all(all(frame.timeslot(0)) and frame.octets[1:2] == b"\x55" for frame in f)),
        (e1.SEND_NO_CRC, lambda f: all(frame.first == 1 for frame in f) and all(frame.good_fas for frame in f[::2])),
        (e1.SEND_E0, lambda f: (f[13].first, f[15].first) == (0, 0)),
        (e1.SEND_A | e1.SEND_AIS, lambda f: all(all(frame.bits) for frame in f)),  # 4: no A bit exists within AIS
        (e1.SEND_A | e1.SEND_NOTHING, lambda f: not any(any(frame.bits) for frame in f)),
        (e1.SEND_AIS | e1.SEND_NOTHING, lambda f: not any(any(frame.bits) for frame in f)),
    ],
    ids=["A", "Y", "AIS", "nothing", "TS16 AIS", "unframed", "no CRC", "E0", "A+AIS", "A+nothing", "AIS+nothing"],
)
def test_g732_4_2_what_may_be_forced_on_the_line(send: int, what: object) -> None:
    """And the multiframes stand where they stood when it ends, with right checks from the second sub-multiframe on."""
    sender = e1.E1Sender(e1.CRC4 | e1.CAS)
    sent(sender, 16)
    sender.send = send
    frames = sent(sender, 32)
    assert callable(what)
    assert what(frames[16:])
    sender.send = 0
    after = sent(sender, 48)
    assert all(block.good for block in sub_multiframes(after, 0)[1:-1])
    assert crc_multiframe_at(after) == 0
    assert signalling(after, 16)[0].y == 0


def with_one_wrong(timeslot: int, mask: int, frame: int) -> tuple[list[tuple[int, int, int]], list[int]]:
    """What differs from a line without it, as (frame, timeslot, bits), and the sub-multiframes with a wrong check."""
    clean, dirty = e1.E1Sender(e1.CRC4 | e1.CAS), e1.E1Sender(e1.CRC4 | e1.CAS)
    differs, frames = [], []
    for n, payload in enumerate(random_payloads(3, 48)):
        wrong = {"wrong_ts0" if timeslot == 0 else "wrong_ts16": mask} if n == frame else {}
        line, want = dirty.frame(payload, **wrong), clean.frame(payload)
        differs += [(n, at, a ^ b) for at, (a, b) in enumerate(zip(line, want, strict=True)) if a != b]
        frames.append(Frame(bits_of(line)))
    return differs, [n for n, block in enumerate(sub_multiframes(frames, 0)[:-1]) if not block.good]


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("timeslot", [0, 16])
def test_errors_put_into_timeslots_0_and_16_change_nothing_else(timeslot: int, place: int) -> None:
    """Of the line: then the check finds them; or of the sender: then the check bits after them are others."""
    mask = 0x80 >> place
    differs, errored = with_one_wrong(timeslot, mask, 19)
    assert differs[0] == (19, timeslot, mask)
    if errored:
        assert (len(differs), errored) == (1, [2])
    else:
        assert {change[1:] for change in differs[1:]} == {(0, 0x80)}
        assert {change[0] for change in differs[1:]} <= {24, 26, 28, 30}


@pytest.mark.parametrize(("frame", "block"), [(16, 1), (18, 1), (20, 1), (22, 1), (24, 2), (30, 2)])
def test_2_3_3_5_a_wrong_c_bit_makes_the_block_before_errored_and_nothing_else(frame: int, block: int) -> None:
    assert with_one_wrong(0, 0x80, frame) == ([(frame, 0, 0x80)], [block])


# Frames made by hand, read by the framer's receiver


def hand_made(encoder: Encoder, payloads: Iterator[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Frames and what they carry."""
    lines, carries = [], []
    for payload in payloads:
        lines.append(octets_of(encoder.frame(payload)))
        carries.append(carried(payload, encoder.cas))
    return lines, carries


@pytest.mark.parametrize(("crc_frame", "cas_frame"), PHASES)
def test_an_aligned_receiver_gives_each_frame_in_its_own_time(crc_frame: int, cas_frame: int) -> None:
    encoder = Encoder(cas=True, crc_frame=crc_frame, cas_frame=cas_frame)
    lines, carries = hand_made(encoder, random_payloads(4, 100))
    watched = Watched(e1.CRC4 | e1.CAS).aligned(crc_frame, cas_frame).push(b"".join(lines))
    assert [carried(out, True) for out in watched.out] == carries
    assert watched.ever(~0) == 0
    counts = watched.receiver.counts
    assert counts.crc_errors == counts.e_errors == counts.fas_errors == counts.frame_losses == 0
    whole = len(range(-crc_frame % 8 + 8, 100 - 6, 8))  # checked when C4, in the seventh frame after it, is there
    assert whole - 1 <= counts.crc_blocks <= whole
    assert counts.bits == 25_600
    assert counts.frames == 50


@pytest.mark.parametrize("flags", [0, e1.CRC4, e1.CAS, e1.CRC4 | e1.CAS], ids=["plain", "crc4", "cas", "crc4+cas"])
def test_a_receiver_finds_a_line_made_by_hand(flags: int) -> None:
    cas = bool(flags & e1.CAS)
    encoder = Encoder(crc4=bool(flags & e1.CRC4), cas=cas, crc_frame=6, cas_frame=3)
    encoder.frames(QUIET, 16)
    quiet = octets_of(encoder.frames(QUIET, 96))
    lines, carries = hand_made(encoder, random_payloads(5, 64))
    watched = Watched(flags).push(quiet)
    assert watched.status == 0
    watched.push(b"".join(lines))
    assert [carried(out, cas) for out in watched.out[96:]] == carries
    assert watched.ever(~0, since=96) == 0


def test_a_receiver_out_of_frame_gives_ones() -> None:
    watched = Watched(e1.CRC4).push(b"\x55" * 320)
    assert all(status & e1.LOF for status in watched.statuses)
    assert set(watched.out) == {b"\xff" * 32}


@pytest.mark.parametrize("sa", range(4, 9))
def test_2_3_4_a_message_is_taken_after_three_equal_ones(sa: int) -> None:
    """One message is a sub-multiframe; G.781 wants it persistent, the face says three."""
    watched = Watched(e1.CRC4, ssm_sa=sa).aligned()
    assert watched.receiver.ssm == 0xFF
    encoder = Encoder(ssm_sa=sa)
    taken = []
    for message, count in ((2, 2), (4, 3), (15, 1), (8, 2), (11, 4), (0, 5)):
        encoder.ssm = message
        watched.push(encoder.frames(QUIET, 8 * count))
        taken.append(watched.receiver.ssm)
    encoder.ssm = 0
    watched.push(encoder.frames(QUIET, 8))
    assert taken == [0xFF, 4, 4, 4, 11, 0]


def test_the_sa_bits_of_the_last_frame_without_fas() -> None:
    watched, encoder = Watched(e1.CRC4).aligned(), Encoder()
    for value in range(32):
        encoder.sa = [value >> place & 1 for place in (4, 3, 2, 1, 0)]
        watched.push(encoder.frames(QUIET, 2))
        assert watched.receiver.sa == value


def test_5_1_3_2_the_signalling_of_every_channel_is_received() -> None:
    random = Random(16)
    want = {t: random.randrange(1, 16) for t in (*range(1, 16), *range(17, 32))}
    encoder = Encoder(cas=True, cas_frame=9, abcd=want)
    watched = Watched(e1.CRC4 | e1.CAS).aligned(0, 9).push(encoder.frames(QUIET, 48))
    assert {t: watched.receiver.abcd[t] for t in want} == want


def test_2_3_3_4_received_e_bits_are_counted() -> None:
    watched, encoder = Watched(e1.CRC4).aligned(), Encoder()
    for pair in ([1, 1], [0, 1], [1, 0], [0, 0], [1, 1]):
        encoder.e = pair
        watched.push(encoder.frames(QUIET, 16))
    assert (watched.receiver.counts.e_blocks, watched.receiver.counts.e_errors) == (10, 4)


def test_the_hand_made_line_is_its_own_decoders() -> None:
    """The judge judged: encoder and decoder by hand agree, and the decoder finds a wrong bit."""
    encoder = Encoder(cas=True, ssm_sa=5, ssm=0b1011, abcd={3: 0b0110})
    line = bytearray(octets_of(encoder.frames(QUIET, 64)))
    bits: Bits = bits_of(line)
    frames = frames_from(bits, 0)
    assert (aligned_at(bits), crc_multiframe_at(frames), cas_multiframe_at(frames)) == (0, 0, 16)
    assert all(block.good and block.ssm(5) == 0b1011 for block in sub_multiframes(frames, 0)[:-1])
    assert number_of(nibble(0b0110)) == signalling(frames, 0)[0].abcd[3] == 0b0110
    flip(line, 8 * 256 + 77)
    blocks = sub_multiframes(frames_from(bits_of(line), 0), 0)
    assert [n for n, block in enumerate(blocks[:-1]) if not block.good] == [1]
    assert steady(1) * 2 == steady(2)
