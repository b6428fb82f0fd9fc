"""Listening in while calls change hands: the supervisor goes first, and nobody who talks is deafened."""

from __future__ import annotations

import pytest
from office_bench import Bench
from test_call_talk import EVERYBODY, consulting, in_talk, outside_party

from switchsim.units import ms, seconds


def test_a_conference_ends_the_listening_in() -> None:
    """The supervisor goes before the speech path changes: whoever talks keeps hearing the others."""
    bench, caller = consulting()
    bench.press("2009", "listen_in", seat="2002")
    bench.until_hears("2009", "mix")
    bench.press("2001", "conference")
    bench.talk(caller, "2001", "2002")
    assert bench.seat("2009") == "idle"
    bench.press("2009", "release")
    bench.run(ms(500))
    bench.talk(caller, "2001", "2002")
    bench.close()


@pytest.mark.parametrize("number", ["70001", "2002"])
def test_a_completed_transfer_ends_the_listening_in(number: str) -> None:
    bench, caller = in_talk()
    bench.press("2001", "consult", number=number)
    bench.run(seconds(1))
    other = outside_party(bench, caller) if number == "70001" else number
    bench.talk("2001", other)
    bench.press("2009", "listen_in", seat="2001")
    bench.until_hears("2009", "mix")
    bench.press("2001", "complete")
    bench.talk(caller, other)
    bench.until_hears("2009", "quiet")
    assert bench.seat("2009") == "idle"
    bench.press("2009", "release")
    bench.run(ms(500))
    bench.talk(caller, other)
    bench.close()


@pytest.mark.parametrize("taken", [True, False])
def test_a_conference_needs_one_that_is_free(taken: bool) -> None:
    """There is one only. While somebody listens in elsewhere, the key changes nothing; here, it takes over that one."""
    bench = Bench(EVERYBODY, machine="round_office")
    caller, other = bench.call("10061"), bench.call("10061", line="e1-1")
    bench.talk(caller, "2001")
    bench.talk(other, "2002")
    bench.press("2001", "consult", number="2003")
    bench.talk("2001", "2003")
    bench.press("2009", "listen_in", seat="2002" if taken else "2003")
    bench.until_hears("2009", "mix")
    bench.press("2001", "conference")
    bench.run(ms(300))
    if taken:
        bench.until_hears(caller, "prompt", "please_wait")
        bench.talk("2001", "2003")
    else:
        bench.talk(caller, "2001", "2003")
    bench.close()
