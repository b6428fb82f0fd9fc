"""The framer's Python face: frames through a sender and a receiver, shifted lines, peers without CRC-4, bad input."""

from __future__ import annotations

import random

import pytest

from switchsim.dsp import e1

CRC_MFAS = (0, 0, 1, 0, 1, 1)  # G.704 table 5b, bit 1 of frames 1, 3, .. 11


def payloads(n: int, seed: int = 1) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(32) for _ in range(n)]


def late(frames: list[bytes], bits: int) -> list[bytes]:
    """The line `bits` bits later: it begins with zeros, and the last bits are lost."""
    stream = int.from_bytes(b"".join(frames)) >> bits
    octets = stream.to_bytes(32 * len(frames))
    return [octets[at : at + 32] for at in range(0, len(octets), 32)]


def test_an_aligned_pair_gives_each_frame_in_its_own_push() -> None:
    sender, receiver = e1.E1Sender(e1.CRC4, crc_frame=5), e1.E1Receiver(e1.CRC4)
    receiver.aligned(crc_frame=5)
    for payload in payloads(64):
        frame = receiver.push(sender.frame(payload))
        assert frame[1:] == payload[1:]
        assert receiver.status == 0
    counts = receiver.counts
    assert (counts.frames, counts.fas_errors, counts.crc_blocks, counts.crc_errors) == (32, 0, 6, 0)
    assert receiver.crc_good == (1, 1)


def test_ts0_is_that_of_g704() -> None:
    sender = e1.E1Sender(e1.CRC4)
    sender.send, sender.e, sender.ssm_sa, sender.ssm = e1.SEND_A, (1, 0), 8, 0b0100
    ts0 = [sender.frame(bytes(32))[0] for _ in range(16)]
    assert {octet & 0x7F for octet in ts0[::2]} == {0x1B}
    assert tuple(octet >> 7 for octet in ts0[1:12:2]) == CRC_MFAS
    assert (ts0[13] >> 7, ts0[15] >> 7) == (1, 0)
    assert {octet & 0x7E for octet in ts0[1::2]} == {0x7E}
    assert [octet & 1 for octet in ts0[1::2]] == [0, 1, 0, 0] * 2


@pytest.mark.parametrize("bits", [0, 1, 7, 8, 131, 248, 249, 255])
def test_a_late_line_is_found_and_comes_out_a_frame_later(bits: int) -> None:
    sender, receiver = e1.E1Sender(e1.CRC4 | e1.CAS), e1.E1Receiver(e1.CRC4 | e1.CAS)
    sender.abcd = [timeslot & 15 for timeslot in range(32)]
    sent = payloads(60)
    frames = [receiver.push(line) for line in late([sender.frame(payload) for payload in sent], bits)]
    assert receiver.status == 0
    assert frames[-1][1:16] == sent[-1 if bits == 0 else -2][1:16]
    assert [receiver.abcd[t] for t in range(1, 32) if t != 16] == [t & 15 for t in range(1, 32) if t != 16]


def test_loss_of_frame_makes_the_octets_ones_at_once() -> None:
    sender, receiver = e1.E1Sender(0), e1.E1Receiver(0)
    receiver.aligned()
    for n, payload in enumerate(payloads(6)):
        frame = receiver.push(sender.frame(payload, wrong_ts0=0 if n & 1 else 0x04))
        assert (frame == b"\xff" * 32) == (n >= 4) == bool(receiver.status & e1.LOF)
    assert receiver.counts.fas_bit_errors == 3


@pytest.mark.parametrize("imitated", [False, True], ids=["plain", "imitated"])
def test_a_peer_without_crc_is_known_after_400_ms(imitated: bool) -> None:
    """G.706 annex B; also while a timeslot looks like TS0, which keeps the parallel search busy."""
    sender, receiver = e1.E1Sender(e1.CRC4), e1.E1Receiver(e1.CRC4)
    sender.send = e1.SEND_NO_CRC
    in_frame_at = decided_at = 0
    for n in range(3300):
        payload = bytearray(32)
        payload[7] = (0xDF if n & 1 else 0x9B) if imitated else 0xD5
        receiver.push(sender.frame(bytes(payload)))
        in_frame_at = in_frame_at or (n if not receiver.status & e1.LOF else 0)
        decided_at = decided_at or (n if receiver.status & e1.NO_CRC else 0)
    assert decided_at - in_frame_at == 3200  # 400 ms
    assert receiver.status == e1.NO_CRC
    assert receiver.counts.frame_losses == 0


def test_an_imitation_does_not_hold_the_receiver() -> None:
    """All timeslots look like TS0; the receiver comes in at timeslot 8, so 24 places come before the true one."""
    sender, receiver = e1.E1Sender(e1.CRC4), e1.E1Receiver(e1.CRC4)
    frames = [sender.frame(bytes([0xDF if n & 1 else 0x9B] * 32)) for n in range(2000)]
    stream = b"".join(frames)[8:][: 32 * 1999]
    out = receiver.push(stream)
    assert receiver.status == 0
    assert out[-32:] == frames[-2]
    assert receiver.counts.frame_losses == 0


def test_hdb3_gives_the_frame_of_the_call_before() -> None:
    coder, frames = e1.Hdb3(), payloads(20)
    frames[3] = frames[4] = bytes(32)
    decoded = [coder.decode(*coder.encode(frame)) for frame in frames]
    assert [bits for bits, _ in decoded[1:]] == frames[:-1]
    assert {violations for _, violations in decoded} == {0}


def test_next_says_what_the_frame_will_be() -> None:
    sender = e1.E1Sender(e1.CRC4 | e1.CAS, crc_frame=11, cas_frame=15)
    assert sender.next() == (e1.IS_CRC_MFAS, 11, 15)
    sender.frame(bytes(32))
    assert sender.next() == (e1.IS_FAS | e1.IS_CAS_MFAS, 12, 0)
    sender.frame(bytes(32))
    assert sender.next() == (e1.IS_E, 13, 1)


def test_values_out_of_range_are_refused() -> None:
    sender, receiver = e1.E1Sender(0), e1.E1Receiver(0)
    with pytest.raises(ValueError, match="crc_frame 16"):
        e1.E1Sender(0, crc_frame=16)
    with pytest.raises(ValueError, match="los_intervals 9"):
        e1.E1Receiver(0, los_intervals=9)
    with pytest.raises(ValueError, match="multiple of 32"):
        receiver.push(bytes(33))
    with pytest.raises(ValueError, match="payload: 31 octets"):
        sender.frame(bytes(31))
    with pytest.raises(ValueError, match="ssm_sa 3"):
        sender.ssm_sa = 3
    with pytest.raises(ValueError, match="sa: 4 values"):
        sender.sa = (1, 1, 1, 1)
    with pytest.raises(ValueError, match="abcd 16"):
        sender.abcd = [16] * 32
