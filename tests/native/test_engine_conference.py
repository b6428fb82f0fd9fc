"""Conferences sample by sample: the linear sum of those in the mask, saturated, and nobody else."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import CONF_LEGS, NONE, Engine, EngineConfig
from switchsim.dsp.reference import g711

IDLE = 0xD5
CALLER, AGENT, SUPERVISOR = 0, 1, 2
CYCLES = 800


def voice(seed: int, peak: int) -> bytes:
    """Octets of random samples up to a peak on the 16-bit scale, with some idle ones."""
    rng = random.Random(seed)
    return bytes(IDLE if n % 97 < 10 else g711.alaw_encode(rng.randint(-peak, peak)) for n in range(CYCLES))


def mixed(voices: Sequence[bytes], mask: int) -> bytes:
    """What the leg with this mask hears: idle octets count as nothing, the sum stays within 16 bits."""
    heard = bytearray()
    for n in range(CYCLES):
        total = 0
        for leg, octets in enumerate(voices):
            if mask & 1 << leg and octets[n] not in (IDLE, IDLE ^ 0x80):
                total += g711.alaw_decode(octets[n])
        heard.append(g711.alaw_encode(min(32767, max(-32768, total))))
    return bytes(heard)


def confer(voices: Sequence[bytes], masks: Sequence[int]) -> list[bytes]:
    """The octets of every leg, from the first that the voices reach."""
    legs = len(voices)
    engine = Engine(EngineConfig(n_sources=legs, n_conferences=2, n_recorders=CONF_LEGS, recorder_octets=1024),
                    Assets(voices))  # fmt: skip
    first = engine.first_conference_cell + CONF_LEGS
    for leg in range(legs):
        engine.source_prompts(leg, [leg], loop=True)
        engine.conference_leg(1, leg, engine.first_source_cell + leg, masks[leg])
        engine.record_start(leg, first + leg)
    while engine.now < CYCLES + 8:
        engine.run(CYCLES + 8)
    return [engine.record_drain(leg)[8:] for leg in range(legs)]


@pytest.mark.parametrize("legs", [2, 3, 5, 8])
@pytest.mark.parametrize("peak", [400, 9000, 32767])
def test_everybody_hears_the_others(legs: int, peak: int) -> None:
    voices = [voice(leg, peak) for leg in range(legs)]
    everybody = (1 << legs) - 1
    heard = confer(voices, [everybody & ~(1 << leg) for leg in range(legs)])
    assert heard == [mixed(voices, everybody & ~(1 << leg)) for leg in range(legs)]


@pytest.mark.parametrize("seed", range(6))
def test_any_masks(seed: int) -> None:
    rng = random.Random(seed)
    voices = [voice(100 * seed + leg, rng.choice([30, 3000, 32767])) for leg in range(CONF_LEGS)]
    masks = [rng.randrange(256) for _ in range(CONF_LEGS)]
    assert confer(voices, masks) == [mixed(voices, mask) for mask in masks]


@pytest.mark.parametrize(("sample", "code"), [(32767, 0xAA), (-32768, 0x2A)])
def test_the_sum_saturates_and_does_not_wrap(sample: int, code: int) -> None:
    """Eight parties at the top of the scale: the law's largest code of the same sign."""
    voices = [bytes([g711.alaw_encode(sample)]) * CYCLES] * CONF_LEGS
    assert voices[0][0] == code
    assert confer(voices, [0xFF] * CONF_LEGS) == [bytes([code]) * CYCLES] * CONF_LEGS


def test_opposite_voices_cancel_and_are_idle() -> None:
    voices = [bytes([0x2A]) * CYCLES, bytes([0xAA]) * CYCLES, bytes([IDLE]) * CYCLES]
    assert confer(voices, [0, 0, 0b011])[2] == bytes([IDLE]) * CYCLES


def test_listening_in_is_heard_by_nobody() -> None:
    """The supervisor hears both; caller and agent hear each other octet for octet, whatever the supervisor says."""
    said = [voice(leg, 9000) for leg in range(3)]
    masks = [1 << AGENT, 1 << CALLER, 1 << CALLER | 1 << AGENT]
    heard = confer(said, masks)
    assert heard[SUPERVISOR] == mixed(said, 0b011)
    assert (heard[CALLER], heard[AGENT]) == (mixed(said, 1 << AGENT), mixed(said, 1 << CALLER))
    assert confer([said[CALLER], said[AGENT], voice(9, 32767)], masks)[:2] == heard[:2]


def test_a_whisper_is_heard_by_the_agent_alone() -> None:
    said = [voice(leg, 9000) for leg in range(3)]
    masks = [1 << AGENT, 1 << CALLER | 1 << SUPERVISOR, 1 << CALLER | 1 << AGENT]
    heard = confer(said, masks)
    assert heard[AGENT] == mixed(said, 0b101)
    assert heard[CALLER] == mixed(said, 0b010)
    louder = confer([said[CALLER], said[AGENT], voice(9, 32767)], masks)
    assert louder[CALLER] == heard[CALLER]
    assert louder[SUPERVISOR] == heard[SUPERVISOR]  # nor does he hear himself
    assert louder[AGENT] != heard[AGENT]


def test_two_conferences_do_not_mix() -> None:
    """The same leg numbers beside each other; and a leg without a source says nothing."""
    voices = [voice(1, 5000), voice(2, 5000)]
    engine = Engine(EngineConfig(n_sources=2, n_conferences=2, n_recorders=2, recorder_octets=1024), Assets(voices))
    for conference in range(2):
        engine.source_prompts(conference, [conference], loop=True)
        engine.conference_leg(conference, 0, engine.first_source_cell + conference, 0)
        engine.conference_leg(conference, 1, NONE, 0b11)
        engine.record_start(conference, engine.first_conference_cell + CONF_LEGS * conference + 1)
    while engine.now < CYCLES + 8:
        engine.run(CYCLES + 8)
    assert [engine.record_drain(conference)[8:] for conference in range(2)] == [
        mixed([octets], 1) for octets in voices
    ]
