"""What the new active processor knows when something else is wrong as well, and what is counted when it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_bench import SHIPPED, Bench, agent

from switchsim.assembly import build
from switchsim.model.order import Act
from switchsim.units import ms, seconds

DTR = "frame/2/slot/0"


def programs(bench: Bench) -> list[str]:
    return [place for place in bench.machine.kernel.parts if place.endswith("/program")]


@pytest.mark.parametrize("kill", [False, True])
def test_q931_t309_runs_for_calls_that_were_taken_over_on_a_dead_link(kill: bool) -> None:
    bench = Bench(agent("2001"))
    caller = bench.call("10061")
    bench.until_hears(caller, "party")
    bench.fault("line_cut", {"line": "e1-0"})
    bench.run(seconds(2))
    if kill:
        bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(20))
    assert [(record.cause, record.by) for record in bench.call_records()] == [(27, "network")]
    assert bench.seat("2001") == "idle"


def test_a_restart_that_nobody_acknowledged_is_the_next_processors_as_well() -> None:
    bench = Bench(agent("2007", behaviour="no_answer"))
    bench.call("10063")
    bench.run(ms(800))
    assert bench.seat("2007") == "ringing"
    back_a = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(ms(30))
    line = bench.fault("line_cut", {"line": "e1-0"})
    bench.run(seconds(2))
    back_a()
    bench.run(seconds(4))
    back_b = bench.fault("mpu_kill", {"processor": "b"})
    bench.run(seconds(2))
    line()
    bench.run(seconds(15))
    back_b()
    bench.close(seconds(10))
    states = [event.state for event in bench.events("CircuitState", line="e1-0", timeslot=1)]
    assert states[-2:] == ["restarting", "idle"]


def test_a_receiver_known_as_deaf_is_left_out_by_the_other_processor() -> None:
    bench = Bench()
    bench.fault("receiver_failure", {"receiver": 0})
    bench.run(seconds(4))
    bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(1))
    bench.call("10060")
    bench.run(seconds(4))
    assert [event.unit for event in bench.events("ResourceSeized", resource="receiver")] == [1]


def test_a_deaf_receiver_is_told_again_when_its_board_starts() -> None:
    bench = Bench()
    bench.fault("receiver_failure", {"receiver": 0})
    bench.run(seconds(4))
    back = bench.fault("board_pull", {"board": DTR})
    bench.run(seconds(2))
    back()
    bench.run(seconds(5))
    bench.call("10060")
    bench.run(seconds(4))
    assert [event.unit for event in bench.events("ResourceSeized", resource="receiver")] == [1]


def test_calls_that_wait_at_the_console_wait_at_the_other_processor() -> None:
    bench = Bench()
    for _ in range(40):
        values = {"line": "e1-0", "number": "70001", "calling": "1", "hold_cycles": seconds(1)}
        bench.order(programs(bench)[0], Act("dial", values))
    bench.run(ms(200))
    assert len(bench.events("CallOffered")) == 30
    bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(30))
    assert len(bench.events("CallOffered")) == 40
    bench.close()


def test_an_answered_call_that_the_takeover_itself_ends_is_not_counted_as_kept() -> None:
    """Its seat has gone, and the number it is transferred to only rings: nobody is left for the caller."""
    bench = Bench(agent("2001"))
    caller = bench.call("10061")
    bench.until_hears(caller, "party")
    bench.press("2001", "consult", number="9001")
    bench.run(ms(400))
    bench.press("2001", "complete")
    bench.run(ms(100))
    bench.fault("mpu_kill", {"processor": "a"})
    bench.run(seconds(2))
    active = bench.events("ProcessorActive")[-1]
    assert (active.kept, active.lost, len(bench.call_records())) == (0, 2, 2)


def test_a_node_board_that_dies_counts_what_its_mailboxes_held() -> None:
    bench = Bench()
    for side in "ab":
        bench.fault("mpu_hang", {"processor": side})
    bench.run(ms(200))
    bench.call("10061")
    bench.call("10061")
    bench.run(ms(300))
    nodes = [part for place, part in bench.machine.kernel.parts.items() if "/node/" in place]
    held = sum(len(node.state.unread) for node in nodes)
    assert held > 0
    board = nodes[0].path.partition("/node/")[0]
    since = bench.now
    bench.fault("board_pull", {"board": board})
    bench.run(ms(10))
    assert sum(event.lost for event in bench.events("MailboxCounted", since=since)) == held


def test_a_mem_board_without_a_platform_has_nobody_to_talk_to(tmp_path: Path) -> None:
    text = (SHIPPED / "b_type_small.yaml").read_text(encoding="utf-8")
    assert "platform:\n  route: {}\n" in text
    path = tmp_path / "alone.yaml"
    path.write_text(text.replace("platform:\n  route: {}\n", ""), encoding="utf-8")
    lines: list[bytes] = []
    machine = build(path, seed=1, journal_sink=lines.append)
    machine.power_on()
    machine.run(seconds(6))
    assert b"platform" not in b"".join(lines)


def test_a_thousand_waiting_dials_cost_no_more_than_their_calls() -> None:
    """Each circuit that becomes free is tried once, whoever waits: counted, not timed."""
    bench = Bench()
    tried = 0
    program = bench.machine.part(programs(bench)[0]).program
    place = program.trunks._place

    def counted(dial: object) -> bool:
        nonlocal tried
        tried += 1
        return bool(place(dial))

    program.trunks._place = counted
    for _ in range(1000):
        values = {"line": "e1-0", "number": "70001", "calling": "1", "hold_cycles": seconds(1)}
        bench.order(programs(bench)[0], Act("dial", values))
    bench.run(seconds(5))
    placed = len(bench.events("CallOffered"))
    assert placed >= 60
    assert tried <= 1000 + 3 * placed  # one try when it comes, and one or two for each circuit that becomes free
