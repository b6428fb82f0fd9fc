"""A server that is to be dialled is waited for without a word to it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from switchsim.cli.main import run_command_line
from switchsim.model.outside import AgiTarget
from switchsim.scenario.options import OutsideAsked, put_together
from switchsim.scenario.schema import SutSpec
from switchsim.sut.dialler import Dialler
from switchsim.sut.interfaces import expected_and_missing
from switchsim.sut.listening import somebody_listens


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(("family", "host"), [
    (socket.AF_INET, "127.0.0.1"), (socket.AF_INET, ""), (socket.AF_INET6, "::1"),
])  # fmt: skip
def test_who_listens_is_seen_and_hears_nothing_of_it(family: socket.AddressFamily, host: str) -> None:
    port = free_port()
    assert not somebody_listens(("127.0.0.1", port))
    with socket.create_server((host, port), family=family) as server:
        server.setblocking(False)
        assert somebody_listens(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_of_another_host_nothing_is_known() -> None:
    assert somebody_listens(("192.0.2.1", 9))


def test_every_target_needs_one_of_its_hosts() -> None:
    away = free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = server.getsockname()[1]
        both = AgiTarget(hosts=(("127.0.0.1", away), ("127.0.0.1", there)), script="x", url="agi://x")
        gone = AgiTarget(number="1", hosts=(("127.0.0.1", away),), script="x", url="agi://x")
        for targets, missing in (([both], []), ([both, gone], ["agi"])):
            dialler = Dialler("agi", targets)
            assert expected_and_missing([dialler], ["agi"]) == missing
            dialler.close()


def test_servers_are_expected_where_they_are_dialled() -> None:
    asked = OutsideAsked(agi=("agi://127.0.0.1/menu",))
    assert put_together(asked, SutSpec(expects=("agi",))).interfaces.expects == ("agi",)


@pytest.mark.parametrize("listens", [True, False])
def test_simulated_time_begins_when_the_server_listens(
    listens: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        scenario = (f"format: 1\nmachine: call_centre\nuntil: 10ms\nsut: {{agi: ['10060=agi://127.0.0.1:{port}/x'], "
                    "expects: [agi], ready_within: 200ms, pace: fast}\n")  # fmt: skip
        (tmp_path / "s.yaml").write_text(scenario, encoding="utf-8")
        if not listens:
            server.close()
        code = run_command_line(["run", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "out"), "--quiet"])
    assert code == (0 if listens else 3)
    assert ("no program came to agi within 0.2 s" in capfd.readouterr().out) is not listens
