"""HDLC: random frames, errors and cuts; the bit-by-bit reference is the oracle."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_hdlc import Receiver, Transmitter
from native_parts import Parts

from switchsim.dsp.reference import hdlc

HARD = st.sampled_from([b"\xff" * 30, bytes(300), b"\x7e\x7d" * 9, b"\x1f" * 8])
FRAMES = st.lists(st.one_of(st.binary(min_size=1, max_size=40), HARD), max_size=6)
CUTS = st.lists(st.integers(1, 8), min_size=1, max_size=9)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_tuples(results: list[hdlc.Result]) -> list[tuple[int, int, int, bytes]]:
    return [(r.at, r.bad, r.n_octets, r.frame) for r in results]


@QUICK
@given(frames=FRAMES, flips=st.lists(st.integers(0, 8 * 700 - 1), max_size=6), cuts=CUTS)
def test_receiver_is_the_reference_however_cut(
    parts: Parts, frames: list[bytes], flips: list[int], cuts: list[int]
) -> None:
    tx = Transmitter(parts)
    for frame in frames:
        assert tx.queue(frame) == 0
    line = bytearray(tx.pull(700)[0])
    for flip in flips:
        line[flip // 8] ^= 0x80 >> flip % 8
    whole, cut = Receiver(parts), Receiver(parts)
    found = whole.push(bytes(line))
    assert found == as_tuples(hdlc.Receiver().push(line))
    assert found == cut.push(bytes(line), cuts)
    assert whole.state() == cut.state()
    if not flips:
        assert [f for _, _, _, f in found] == [f if len(f) > 1 else b"" for f in frames][: len(found)]


@QUICK
@given(line=st.binary(max_size=200), repeat=st.integers(1, 4), cuts=CUTS)
def test_receiver_takes_anything(parts: Parts, line: bytes, repeat: int, cuts: list[int]) -> None:
    whole, cut = Receiver(parts), Receiver(parts)
    found = whole.push(line * repeat)
    assert found == as_tuples(hdlc.Receiver().push(line * repeat)) == cut.push(line * repeat, cuts)
    assert whole.state() == cut.state()
    assert all(len(frame) <= hdlc.MAX_FRAME for _, _, _, frame in found)


@QUICK
@given(frames=FRAMES, cuts=CUTS, flush_at=st.integers(0, 90))
def test_transmitter_is_the_reference_however_cut(
    parts: Parts, frames: list[bytes], cuts: list[int], flush_at: int
) -> None:
    whole, cut = Transmitter(parts), Transmitter(parts)
    for frame in frames:
        assert whole.queue(frame) == cut.queue(frame) == 0
    sent = hdlc.FLAG + [bit for frame in frames for bit in hdlc.encode(frame) + hdlc.FLAG]
    expected = hdlc.line_octets(sent + hdlc.FLAG * 700)
    assert whole.pull(flush_at) == cut.pull(flush_at, cuts)
    assert whole.state() == cut.state()
    parts.lib.swd_hdlc_tx_flush(cut.tx)
    line, done = whole.pull(700)
    assert (expected[:flush_at] + line)[:700] == expected[:700]
    assert len(done) == (1 if frames and flush_at <= (len(sent) - 1) // 8 < flush_at + 700 else 0)
    rest = Receiver(parts).push(cut.pull(40)[0])
    assert rest == []
    assert cut.tx.waiting == 0
