"""Consequent actions of an end of a line (G.732 clauses 4 and 5.3, G.706, G.775): a received status a row.

Expected is written as words: `A` RAI is sent, `Y` the Y bit, `AIS` unframed ones, `ones` in the 64 kbit/s outputs,
`blocked` signalling bits, `out` of service, `!x` a prompt alarm, `-x` a deferred one, `<x` one whose cause is
elsewhere, `inhibited` alarms.
"""

from __future__ import annotations

import itertools

import pytest

from switchsim.proto.e1 import NOTHING, Consequences, EndOptions, Received, consequences, ranked, words

CAS, CCS = EndOptions(cas=True), EndOptions()
MULTIFRAME = Received.CAS_LOMF | Received.REMOTE_MF | Received.TS16_AIS


def status(text: str) -> Received:
    found = NOTHING
    for word in text.split():
        found |= Received[word.upper()]
    return found


def told(done: Consequences) -> str:
    flags = [("A", done.send_rai), ("Y", done.send_y), ("AIS", done.send_ais), ("ones", done.squelch),
             ("blocked", done.block_cas), ("out", not done.in_service), ("inhibited", done.inhibited)]  # fmt: skip
    alarms = [("!", done.prompt), ("-", done.deferred), ("<", done.indicated)]
    done_words = [word for word, is_so in flags if is_so]
    return " ".join(done_words + [mark + name for mark, names in alarms for name in names])


ALL_CAS = "A Y ones blocked out "
ALL_CCS = "A ones out "

FRAME = [
    # id, received, expected without CAS, expected with CAS
    ("nothing wrong", "", "", ""),
    ("4.2: loss of incoming signal", "los", ALL_CCS + "!e1_los", ALL_CAS + "!e1_los"),
    ("4.2: loss of frame alignment", "lof", ALL_CCS + "!e1_lof", ALL_CAS + "!e1_lof"),
    ("4.2: error ratio 1e-3", "eber", ALL_CCS + "!e1_eber", ALL_CAS + "!e1_eber"),
    ("4.2: AIS received; the prompt alarm is inhibited", "ais",
     ALL_CCS + "inhibited <e1_ais", ALL_CAS + "inhibited <e1_ais"),
    ("4.2: RAI received is never answered with RAI", "rai", "out <e1_rai", "out <e1_rai"),
    ("4.2: AIS lacks a FAS; LOF is not the cause", "ais lof",
     ALL_CCS + "inhibited <e1_ais", ALL_CAS + "inhibited <e1_ais"),
    ("G.775: no signal is no AIS, whatever the framer sees", "los ais lof", ALL_CCS + "!e1_los", ALL_CAS + "!e1_los"),
    ("a signal that is lost takes everything with it", "los lof lomf cas_lomf eber", ALL_CCS + "!e1_los",
     ALL_CAS + "!e1_los"),
    ("G.706: the A bit has a meaning in a frame alone", "lof rai", ALL_CCS + "!e1_lof", ALL_CAS + "!e1_lof"),
    ("RAI and EBER: both directions are bad", "rai eber", ALL_CCS + "!e1_eber <e1_rai", ALL_CAS + "!e1_eber <e1_rai"),
]  # fmt: skip

CRC4 = [
    ("G.706 4.2: CRC-4 multiframe lost: no action at once", "lomf", "-e1_lomf", "-e1_lomf"),
    ("G.706 4.2: with the frame lost A is sent for that", "lof lomf", ALL_CCS + "!e1_lof", ALL_CAS + "!e1_lof"),
    ("G.706 annex B: a peer without CRC-4 is no fault", "no_crc", "", ""),
    ("I.431 F5: E bits of 0 are counted, no action", "e_bits", "", ""),
    ("I.431 F5: RAI and E bits of 0", "rai e_bits", "out <e1_rai", "out <e1_rai"),
]

MULTIFRAMES = [
    ("5.3: loss of multiframe alignment: Y, CCS does not care", "cas_lomf", "", "Y blocked !e1_cas_lomf"),
    ("5.3: AIS in TS16: the fault is upstream", "ts16_ais", "", "Y blocked inhibited <e1_ts16_ais"),
    ("5.3: AIS in TS16 lacks a multiframe word", "ts16_ais cas_lomf", "", "Y blocked inhibited <e1_ts16_ais"),
    ("5.3: Y received is not answered with Y", "remote_mf", "", "blocked <e1_remote_mf"),
    ("5.3: Y has a meaning in a multiframe alone", "cas_lomf remote_mf", "", "Y blocked !e1_cas_lomf"),
    ("5.3: lost frame hides lost multiframe", "lof cas_lomf", ALL_CCS + "!e1_lof", ALL_CAS + "!e1_lof"),
    ("RAI beside a lost CAS multiframe: both stand", "rai cas_lomf", "out <e1_rai",
     "Y blocked out !e1_cas_lomf <e1_rai"),
    ("CRC-4 and CAS multiframes do not know each other", "lomf cas_lomf", "-e1_lomf",
     "Y blocked !e1_cas_lomf -e1_lomf"),
]  # fmt: skip

ROWS = FRAME + CRC4 + MULTIFRAMES


@pytest.mark.parametrize(("received", "ccs", "cas"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_g732_consequent_actions(received: str, ccs: str, cas: str) -> None:
    assert told(consequences(status(received), CCS)) == ccs.strip()
    assert told(consequences(status(received), CAS)) == cas.strip()


def test_an_end_without_a_working_board_sends_ais() -> None:
    for cas, expected in ((False, "AIS ones out"), (True, "AIS ones blocked out")):
        assert told(consequences(status("los rai"), EndOptions(cas=cas, equipped=False))) == expected


def test_every_alarm_of_a_consequence() -> None:
    assert consequences(status("eber rai"), CAS).alarms == ("e1_eber", "e1_rai")


def test_every_status_there_can_be() -> None:
    """All 2048 of them: what must hold whatever comes together."""
    own = Received.LOS | Received.AIS | Received.LOF | Received.EBER
    for bits, options in itertools.product(range(2048), (CAS, CCS)):
        received = Received(bits)
        done = consequences(received, options)
        assert done.send_rai == done.squelch == bool(received & own)
        assert not done.send_ais, "AIS has no A bit"
        assert ranked(ranked(received)) == ranked(received)
        assert done.in_service == (not received & (own | Received.RAI))
        assert len([name for name in done.alarms if name in ("e1_los", "e1_ais", "e1_lof")]) <= 1
        assert done.inhibited <= (not {"e1_los", "e1_lof"} & {*done.prompt})
        if not options.cas:
            assert done == consequences(received & ~MULTIFRAME, CCS)
        if received and not received & ~(Received.RAI | Received.REMOTE_MF):
            assert not done.send_rai
            assert not done.send_y, "an answer is not answered"


def test_unknown_bits_mean_nothing() -> None:
    assert consequences(1 << 20 | Received.RAI) == consequences(Received.RAI)


def test_words_for_the_journal() -> None:
    assert words(0) == ""
    assert words(Received.LOF | Received.LOS | Received.EBER | 1 << 20) == "los lof eber"
    assert status(words(2047)) == 2047
