"""Random lines with random errors: the framer's receiver and the follower by hand say the same while in frame."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.dsp import e1

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "conformance" / "e1"))

from g704 import Encoder, Follower, Frame, bits_of, frames_from, octets_of, signalling, sub_multiframes

QUICK = settings(max_examples=30, deadline=None)
FEW = settings(max_examples=12, deadline=None)
FLAGS = st.sampled_from([0, e1.CRC4, e1.CAS, e1.CRC4 | e1.CAS, e1.NFAS | e1.CRC4])
PHASE = st.integers(0, 15)
FRAMES = 80


def random_line(encoder: Encoder, seed: int, count: int = FRAMES) -> bytes:
    random = Random(seed)
    line = bytearray()
    for _ in range(count):
        encoder.a, encoder.y = random.getrandbits(1), random.getrandbits(1)
        encoder.e = [random.getrandbits(1), random.getrandbits(1)]
        encoder.sa = [random.getrandbits(1) for _ in range(5)]
        encoder.abcd = {t: random.randrange(1, 16) for t in (*range(1, 16), *range(17, 32))}
        line += octets_of(encoder.frame(random.randbytes(32)))
    return bytes(line)


def harmed(line: bytes, errors: list[int]) -> bytes:
    wrong = bytearray(line)
    for bit in errors:
        wrong[bit // 8] ^= 0x80 >> bit % 8
    return bytes(wrong)


def carried(octets: bytes, cas: bool) -> bytes:
    return octets[1:16] + octets[17:] if cas else octets[1:]


# Errors anywhere, and more of them where the alignment signals are.
ANYWHERE = st.integers(0, 256 * FRAMES - 1)
IN_TS0 = st.builds(lambda frame, bit: 256 * frame + bit, st.integers(0, FRAMES - 1), st.integers(0, 7))
ERRORS = st.lists(st.one_of(ANYWHERE, IN_TS0), max_size=120, unique=True)


@QUICK
@given(flags=FLAGS, crc_frame=PHASE, cas_frame=PHASE, seed=st.integers(0, 2**20), errors=ERRORS)
def test_octets_and_loss_are_those_by_hand(
    flags: int, crc_frame: int, cas_frame: int, seed: int, errors: list[int]
) -> None:
    cas = bool(flags & e1.CAS)
    encoder = Encoder(crc4=bool(flags & e1.CRC4), cas=cas, crc_frame=crc_frame, cas_frame=cas_frame)
    line = harmed(random_line(encoder, seed), errors)
    receiver = e1.E1Receiver(flags)
    receiver.aligned(crc_frame, cas_frame)
    follower = Follower(odd=bool(crc_frame % 2), nfas=bool(flags & e1.NFAS))
    for number, frame in enumerate(frames_from(bits_of(line), 0)):
        out = receiver.push(line[32 * number : 32 * number + 32])
        assert follower.push(frame) == (not receiver.status & e1.LOF), number
        if not follower.aligned:
            return
        assert carried(out, cas) == carried(frame.octets, cas), number
        assert receiver.counts.fas_errors == follower.fas_errors


@QUICK
@given(cas_frame=PHASE, seed=st.integers(0, 2**20), errors=st.lists(ANYWHERE, max_size=12, unique=True))
def test_checks_are_those_by_hand(cas_frame: int, seed: int, errors: list[int]) -> None:
    line = harmed(random_line(Encoder(cas=True, cas_frame=cas_frame), seed), errors)
    receiver = e1.E1Receiver(e1.CRC4 | e1.CAS)
    receiver.aligned(0, cas_frame)
    receiver.push(line)
    frames = frames_from(bits_of(line), 0)
    follower = Follower()
    held = [follower.push(frame) for frame in frames]
    if not all(held):
        return
    errored = [not block.good for block in sub_multiframes(frames, 0)[:-1]]
    counts = receiver.counts
    assert counts.crc_errors in (sum(errored), sum(errored[1:]))  # the first may go unchecked
    received = [frames[at + n].first for at in range(0, FRAMES, 16) for n in (13, 15)]
    assert (counts.e_blocks, counts.e_errors) == (len(received), received.count(0))


@FEW
@given(flags=FLAGS, offset=st.integers(0, 511), seed=st.integers(0, 2**20), errors=ERRORS)
def test_after_any_errors_a_good_line_is_found_again(flags: int, offset: int, seed: int, errors: list[int]) -> None:
    """Wherever it starts and whatever was before; the payload is random, so an imitation of some ms may come first."""
    cas, crc = bool(flags & e1.CAS), bool(flags & e1.CRC4)
    receiver = e1.E1Receiver(flags)
    receiver.push(harmed(random_line(Encoder(crc4=crc, cas=cas), seed), errors))
    bits = [1] * offset + bits_of(random_line(Encoder(crc4=crc, cas=cas), seed + 1, 360))
    line = octets_of(bits[: len(bits) // 256 * 256])
    receiver.push(line[: 32 * 340])
    assert not receiver.status & (e1.LOF | e1.LOCRC | e1.LOCAS | e1.AIS | e1.LOS)
    last = 340 * 256 - (340 * 256 - offset) % 256  # where the frame that was last completed ends
    out = receiver.push(line[32 * 340 : 32 * 341])
    assert carried(out, cas) == carried(Frame(bits[last : last + 256]).octets, cas)


@QUICK
@given(line=st.binary(min_size=32, max_size=32 * 40), flags=FLAGS, los_intervals=st.integers(10, 255))
def test_a_receiver_takes_anything_the_same_way_however_it_is_cut(line: bytes, flags: int, los_intervals: int) -> None:
    line = line[: len(line) // 32 * 32]
    whole, cut = e1.E1Receiver(flags, los_intervals=los_intervals), e1.E1Receiver(flags, los_intervals=los_intervals)
    out = whole.push(line)
    assert out == b"".join(cut.push(line[at : at + 32]) for at in range(0, len(line), 32))
    assert (whole.status, whole.counts) == (cut.status, cut.counts)


@QUICK
@given(flags=FLAGS, crc_frame=PHASE, cas_frame=PHASE, seed=st.integers(0, 2**20))
def test_the_senders_line_is_the_one_by_hand(flags: int, crc_frame: int, cas_frame: int, seed: int) -> None:
    """Bit for bit from the second sub-multiframe on; each multiframe's E bits are kept through it."""
    random = Random(seed)
    crc, cas = bool(flags & e1.CRC4), bool(flags & e1.CAS)
    encoder = Encoder(crc4=crc, cas=cas, crc_frame=crc_frame, cas_frame=cas_frame)
    sender = e1.E1Sender(flags & ~e1.NFAS, crc_frame=crc_frame, cas_frame=cas_frame)
    encoder.ssm_sa = sender.ssm_sa = random.choice((0, 4, 8))
    encoder.ssm = sender.ssm = random.randrange(16)
    encoder.sa = [random.getrandbits(1) for _ in range(5)]
    sender.sa = list(encoder.sa)
    abcd = [random.randrange(1, 16) for _ in range(32)]
    encoder.abcd, sender.abcd = dict(enumerate(abcd)), list(abcd)
    first_checked = -crc_frame % 8 + 8
    for number in range(48):
        encoder.a = random.getrandbits(1)
        sender.send = e1.SEND_A if encoder.a else 0
        payload = random.randbytes(32)
        want, got = encoder.frame(payload), bits_of(sender.frame(payload))
        if crc and number < first_checked and (crc_frame + number) % 2 == 0:
            want[0] = got[0]  # a check of frames that were not all there
        assert got == want, number


def test_signalling_by_hand_is_read_by_hand() -> None:
    """The judge of the tests above."""
    frames = frames_from(bits_of(random_line(Encoder(cas=True), 5)), 0)
    assert all(len(multiframe.abcd) == 30 and 0 not in multiframe.abcd.values() for multiframe in signalling(frames, 0))
