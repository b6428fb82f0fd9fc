"""Services and queues that lead back to where they began: no call goes round for ever, and none ends the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_bench import MACHINES, Bench

from switchsim.assembly import build
from switchsim.errors import BadInput
from switchsim.units import ms, seconds

DIGITS, ANNOUNCEMENTS, PLATFORM = "frame/2/slot/0", "frame/0/slot/11", "frame/0/slot/8"


def without(*boards: str) -> Bench:
    bench = Bench(machine="round_office")
    for board in boards:
        bench.fault("board_pull", {"board": board})
    return bench.run(seconds(2))


def test_a_menu_that_asks_again_waits_for_a_receiver() -> None:
    """The board comes back while the caller waits: then it is asked."""
    bench = Bench(machine="round_office")
    heal = bench.fault("board_pull", {"board": DIGITS})
    bench.run(seconds(2))
    caller = bench.call("10060")
    bench.run(seconds(2))
    heal()
    bench.until_hears(caller, "prompt", "welcome", within=seconds(12))
    bench.close()


def test_a_menu_without_any_receiver_gives_up() -> None:
    bench = without(DIGITS)
    caller = bench.call("10060")
    caller.ended(34, within=seconds(20))
    assert len([e for e in bench.events("ResourceShort") if e.resource == "receiver"]) <= 20
    assert (bench.record().cause, bench.record().by) == (34, "machine")


def test_a_call_that_goes_round_in_no_time_is_cleared() -> None:
    """The queue is full, and nothing can be announced on the way back to it."""
    bench = without(ANNOUNCEMENTS, PLATFORM)
    first = bench.call("10070")
    bench.run(ms(500))
    second = bench.call("10070")
    second.ended(41)
    assert len(bench.events("Routed")) < 20
    assert first.states[-1][0] == "connected"


def test_a_call_that_goes_round_in_time_is_cleared() -> None:
    """The platform sends it to the same full queue again and again."""
    bench = Bench(machine="round_office")
    first, second = bench.call("10069"), bench.call("10069")
    second.ended(34, within=seconds(3))
    assert len([e for e in bench.events("Routed") if e.queue == "short"]) == 1 + 9
    assert first.states[-1][0] == "connected"
    bench.close()


@pytest.mark.parametrize(("before", "after", "round_"), [
    ("overflow: limited", "overflow: short", "short -> short"),
    ("limited: {", "limited: {max_wait: 2s, overflow: short, ", "limited -> short -> limited"),
])  # fmt: skip
def test_a_queue_that_overflows_into_itself_is_refused(tmp_path: Path, before: str, after: str, round_: str) -> None:
    text = (MACHINES / "round_office.yaml").read_text(encoding="utf-8")
    assert text.count(before) == 1
    path = tmp_path / "round_office.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(BadInput, match=round_):
        build(path, seed=1, journal_sink=lambda _: None)
