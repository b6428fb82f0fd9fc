"""Tone banks: the same events and state bytes on every instruction set, however octets come; assigning; mixed tiles."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from dtmf_signals import at_random, noise, silence, stack
from mfc_signals import PAIRS, mfc, tone
from native_parts import Parts
from tone_parts import BACKWARD, CHINA, FORWARD, MFC, MULAW, NONE, PROGRESS, Hit, ToneBank

from switchsim.dsp.reference.g711 import ulaw_encode
from switchsim.dsp.tone_receivers import TONE_SETS, native_fields

CUTS = ((8,), (1,) * 8, (3, 5), (7, 1))
Codes = np.ndarray[Any, Any]


def progress_bank(parts: Parts, channels: int) -> ToneBank:
    """Three shipped sets, in turn from channel to channel."""
    bank = ToneBank(parts, PROGRESS, channels)
    for number, name in enumerate(("china", "us", "uk")):
        assert bank.define(number, parts.ffi.new("swd_tone_set *", native_fields(TONE_SETS[name]))) == 0
    for channel in range(channels):
        assert bank.assign(channel, channel % 3) == 0
    return bank


def mfc_bank(parts: Parts, channels: int) -> ToneBank:
    """Both directions, and both limits, in one tile; every seventh channel does not listen."""
    bank = ToneBank(parts, MFC, channels)
    for channel in range(channels):
        if channel % 7 != 6:
            assert bank.assign(channel, channel % 4) == 0
    return bank


def signals(parts: Parts, channels: int) -> Codes:
    """Something for either bank: register signals, 450 Hz, pairs, silence, noise, random octets."""
    rng = np.random.default_rng(1)
    made = []
    for channel in range(channels):
        kind = channel // 4 % 5
        if kind < 2:
            made.append(at_random(rng, mfc(rng, 1 + channel % 15, 60, (-11, -14), forward=channel % 4 % 2 == 0)))
        elif kind == 2:
            made.append(at_random(rng, tone(rng, 440, 120, -14) + tone(rng, (350, 480)[channel % 2], 120, -14)))
        elif kind == 3:
            made.append(at_random(rng, tone(rng, 450, 150, -10)))
        else:
            made.append(noise(rng, 1600, -15))
    codes = parts.encode(stack(made))
    codes[3] = rng.integers(0, 256, codes.shape[1])
    return codes


def outcome(bank: ToneBank, codes: Codes, cuts: tuple[int, ...]) -> tuple[tuple[Hit, ...], str]:
    return tuple(bank.push(codes, cuts)), hashlib.blake2b(bank.state()).hexdigest()


@pytest.mark.parametrize("make", [mfc_bank, progress_bank])
def test_every_isa_and_cut_gives_the_same_bytes(parts: Parts, isas: list[str], make: Any) -> None:
    codes, outcomes = signals(parts, 75), set()
    for isa in isas:
        parts.select(isa)
        outcomes |= {outcome(make(parts, 75), codes, cuts) for cuts in CUTS}
    assert len(outcomes) == 1
    assert len(outcomes.pop()[0]) > 20
    changed = codes.copy()
    changed[0, -60:] ^= 0x40
    assert outcome(make(parts, 75), changed, (8,)) != outcome(make(parts, 75), codes, (8,))


@pytest.mark.parametrize("make", [mfc_bank, progress_bank])
def test_a_channel_is_the_same_in_any_company(parts: Parts, make: Any) -> None:
    """Quiet tiles are passed over: what the others of a tile hear changes nothing for a channel."""
    codes = signals(parts, 75)
    together = make(parts, 75).push(codes)
    alone: list[Hit] = []
    for channel in range(75):
        only = np.full_like(codes, 0xD5)
        only[channel] = codes[channel]
        alone += make(parts, 75).push(only)
    assert sorted(alone) == sorted(together)


def test_a_bank_gone_quiet_does_not_depend_on_when(parts: Parts) -> None:
    """All state goes back to zero, and it stays so without being looked at."""
    codes = signals(parts, 40)
    quiet = np.full((40, 1600), 0xD5, np.uint8)
    fresh, used = mfc_bank(parts, 40), mfc_bank(parts, 40)
    used.push(codes)
    used.push(quiet)
    fresh.push(np.full_like(codes, 0xD5))
    fresh.push(quiet)
    again = np.ascontiguousarray(codes[:, : codes.shape[1] // 160 * 160])
    told = [[(hit.at, hit.channel, hit.on, hit.tone) for hit in bank.push(again)] for bank in (fresh, used)]
    assert told[0] == told[1]


def test_hits_come_in_order(parts: Parts) -> None:
    hits = mfc_bank(parts, 75).push(signals(parts, 75))
    assert [(hit.at, hit.channel) for hit in hits] == sorted((hit.at, hit.channel) for hit in hits)


def test_mixed_tiles_hear_what_each_channel_listens_for(parts: Parts) -> None:
    rng = np.random.default_rng(2)
    bank, made, expected = ToneBank(parts, MFC, 64), [], []
    for channel in range(64):
        number = (FORWARD, BACKWARD, BACKWARD | CHINA)[channel % 3]
        signal, forward = 1 + channel % 15, bool(rng.integers(2))
        bank.assign(channel, number)
        made.append(at_random(rng, mfc(rng, signal, 60, forward=forward)))
        if forward == (number == FORWARD) and (number != BACKWARD | CHINA or signal <= 6):
            expected.append((channel, signal))
    hits = bank.push(parts.encode(stack(made)))
    assert sorted((hit.channel, hit.tone + 1) for hit in hits if hit.on) == expected


@pytest.mark.parametrize("at", [0, 1, 7, 8, 31, 32, 33, 100, 255])
def test_assigning_and_releasing_at_any_cycle(parts: Parts, at: int) -> None:
    """From that cycle on, and not before: the same as silence before it."""
    rng = np.random.default_rng(3)
    wave = np.concatenate([mfc(rng, 7, 90), silence(40)])
    codes = parts.encode(stack([wave]))
    before = codes.copy()
    before[0, :at] = 0xD5
    whole = ToneBank(parts, MFC, 1)
    whole.assign_all(FORWARD)
    expected = whole.push(before)
    late = ToneBank(parts, MFC, 1)
    told = push_until(late, codes, at)
    assert told == []
    late.assign(0, FORWARD)
    assert push_from(late, codes, at) == expected
    assert late.state() == whole.state()
    late.assign(0, 0, NONE)
    assert late.push(codes) == []


def push_until(bank: ToneBank, codes: Codes, cycle: int) -> list[Hit]:
    found = bank.push(codes[:, : cycle // 8 * 8])
    return found + part(bank, codes, cycle // 8 * 8, 0, cycle % 8)


def push_from(bank: ToneBank, codes: Codes, cycle: int) -> list[Hit]:
    found, first = [], cycle // 8 * 8
    if cycle % 8:
        found = part(bank, codes, first, cycle % 8, 8)
        first += 8
    return found + bank.push(codes[:, first:])


def part(bank: ToneBank, codes: Codes, row: int, first: int, end: int) -> list[Hit]:
    """Octets first..end-1 of one row."""
    if first == end:
        return []
    octets = bank.parts.ffi.from_buffer("uint64_t[]", np.ascontiguousarray(codes[:, row : row + 8]))
    count = bank.parts.lib.swd_tones_push(bank.bank, row + first, end - first, octets, bank.hits, bank.channels)
    bank.at = row + end
    assert count == 0
    return []


def test_assigning_anew_forgets(parts: Parts) -> None:
    rng = np.random.default_rng(4)
    codes = parts.encode(stack([np.concatenate([mfc(rng, 5, 60), silence(60)])]))
    bank = ToneBank(parts, MFC, 1)
    bank.assign_all(FORWARD)
    assert [hit.on for hit in bank.push(codes[:, :240])] == [1]
    bank.assign(0, FORWARD)
    assert [hit.on for hit in bank.push(codes[:, 240:])] == [1, 0]


def test_many_channels_may_hear_one_cell(parts: Parts) -> None:
    rng = np.random.default_rng(5)
    codes = parts.encode(stack([at_random(rng, mfc(rng, 9, 60)), np.zeros(1000)]))
    bank = ToneBank(parts, MFC, 40)
    for channel in range(40):
        bank.assign(channel, FORWARD, channel % 2)
    assert [hit.channel for hit in bank.push(codes) if hit.on] == list(range(0, 40, 2))


def test_mu_law(parts: Parts) -> None:
    rng = np.random.default_rng(6)
    made = stack([at_random(rng, mfc(rng, signal, 60, (dbm0, dbm0))) for signal in PAIRS for dbm0 in (-5, -20, -35)])
    codes = np.array([[ulaw_encode(int(x)) for x in row] for row in made], np.uint8)
    bank = ToneBank(parts, MFC, len(codes), MULAW)
    bank.assign_all(FORWARD)
    told: list[list[int]] = [[] for _ in codes]
    for hit in bank.push(codes):
        told[hit.channel] += [hit.tone + 1] * hit.on
    assert told == [[signal] for signal in PAIRS for _ in range(3)]
