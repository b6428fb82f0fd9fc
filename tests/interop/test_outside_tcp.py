"""Interfaces over TCP with real sockets: clients by the hundred, slow, silent and hostile ones, and replays without."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import Served, replay
from tcp_bench import DEADLINE_S, Client, listening, put_toys, served

from switchsim.kernel.inputs import InputKind, InputReader
from switchsim.sut.listener import MOST_CONNECTIONS, MOST_SILENT

SECRET = "Zh4nghua-verysecret"
OPEN = ("--ami", "127.0.0.1:0", "--insecure-no-auth")


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    put_toys(monkeypatch)


@pytest.fixture
def users(tmp_path: Path) -> str:
    (tmp_path / "users.yaml").write_text(f"wallboard: {SECRET}\n", encoding="utf-8")
    return str(tmp_path / "users.yaml")


def told(run: Served, about: str) -> list[str]:
    """What the journal's part was told, of one sort."""
    return [row["about"] for row in run.journal("defect_seen") if row["defect"] == about]


def kinds(run: Served) -> list[InputKind]:
    with (run.folder / "inputs.bin").open("rb") as source:
        return [record.kind for record in InputReader(source, "inputs.bin")]


def assert_replays(run: Served) -> None:
    code, said = replay(run.folder)
    digest = json.loads((run.folder / "verdict.json").read_text())["digest"]
    assert (code, said.strip()) == (0, f"equal, digest {digest}")


def test_clients_come_talk_and_go_and_the_run_replays_without_them(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"]) as first, Client(addresses["ami"]) as second:
            assert [first.line(), second.line()] == ["hello 1", "hello 2"]
            assert (second.ask("echo two"), first.ask("echo one")) == ("two", "one")
            assert first.ask("close") == "bye"
            assert first.line() == ""
            assert second.ask("echo still here") == "still here"
        with Client(addresses["ami"]) as third:
            assert third.line() == "hello 3"  # no number twice

    run = served(tmp_path, OPEN, script)
    assert run.exit_code == 130
    assert run.lines[0]["addresses"]["ami"].startswith("127.0.0.1:")
    assert [line["detail"] for line in run.of("attached")] == [f"connection {n}" for n in (1, 2, 3)]
    details = [line["detail"] for line in run.of("detached")]
    assert details[:2] == ["connection 1: closed by the machine", "connection 2: closed"]
    assert "ami 2 " + b"closed".hex() in told(run, "detached")
    assert run.done["attachments"]["ami"]["connections"] == 3
    assert_replays(run)


def test_octet_by_octet_gives_the_same_lines(tmp_path: Path) -> None:
    text = "echo one\r\nSecret: abc\r\necho two\r\n"

    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"]) as whole, Client(addresses["ami"]) as cut:
            whole.say(*text.split("\r\n")[:-1])
            for octet in text.encode():
                cut.socket.sendall(bytes([octet]))
            for client in (whole, cut):
                client.line()
                assert [client.line(), client.line()] == ["one", "two"]

    run = served(tmp_path, OPEN, script)
    lines = told(run, "line")
    assert [line[2:] for line in lines if line[0] == "1"] == [line[2:] for line in lines if line[0] == "2"]
    assert "1 Secret: ***\r" in lines
    assert_replays(run)


def test_no_secret_is_written_or_said_anywhere(tmp_path: Path, users: str) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"]) as good, Client(addresses["ami"]) as bad:
            for octet in f"Secret: {SECRET}\r\n".encode():
                good.socket.sendall(bytes([octet]))
            good.line(), bad.line()
            assert good.ask("login wallboard") == "welcome"
            assert good.ask("login nobody") == "go away"
            bad.say(f"Secret: {SECRET}-wrong")
            assert bad.ask("login wallboard") == "go away"
        with Client(addresses["csta"]) as client:
            xml = f"<a><agentPassword>{SECRET}</agentPassword></a>"
            for text in (xml.encode(), xml.encode("utf-16")):
                client.socket.sendall((len(text) + 8).to_bytes(4, "big") + b"0001" + text)
            assert client.line() == "hello 1"
            assert client.ask("\necho taken") == "taken"

    run = served(tmp_path, ("--ami", "0", "--csta", "0", "--users", users), script)
    written = [path.read_bytes() for path in run.folder.rglob("*") if path.is_file()]
    said = "".join(map(str, run.lines)) + run.errors
    wide = SECRET.encode("utf-16-le")
    for form in (SECRET.encode(), SECRET.encode().hex().encode(), wide, wide.hex().encode()):
        assert not [octets for octets in written if form in octets]
        assert form.decode() not in said
    assert kinds(run).count(InputKind.VERIFIED) == 3
    Path(users).unlink()
    assert_replays(run)


def test_a_thousand_clients_are_refused_above_the_limit_and_the_others_served(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        clients = []
        try:
            for number in range(1_000):
                clients.append(Client(addresses["ami"]))
                if number < MOST_CONNECTIONS:
                    clients[-1].say(f"echo {number}")
            assert clients[-1].line() == ""
            said = [(client.line(), client.line()) for client in clients[:MOST_CONNECTIONS]]
            assert said == [(f"hello {number + 1}", str(number)) for number in range(MOST_CONNECTIONS)]
            assert clients[0].ask("echo still here") == "still here"
        finally:
            for client in clients:
                client.socket.close()

    run = served(tmp_path, OPEN, script)
    counts = run.done["attachments"]["ami"]
    assert (counts["connections"], counts["refused"]) == (MOST_CONNECTIONS, 1_000 - MOST_CONNECTIONS)
    assert run.errors == ""
    assert_replays(run)


def test_silent_clients_make_room_oldest_first(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        clients = [Client(addresses["ami"]) for _ in range(MOST_SILENT)]
        assert all(client.line() for client in clients)
        clients[0].say("echo I am no silent one")
        assert clients[0].line() == "I am no silent one"
        clients += [Client(addresses["ami"]), Client(addresses["ami"])]
        assert clients[-1].line() == f"hello {len(clients)}"
        assert clients[1].line() == ""
        assert clients[2].ask("echo here") == "here"
        for client in clients:
            client.socket.close()

    run = served(tmp_path, OPEN, script)
    assert run.done["attachments"]["ami"]["silent"] == 1
    assert f"ami 2 {b'limit'.hex()}" in told(run, "detached")


def test_a_slow_reader_is_cut_off_and_harms_nobody(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"], small_window=True) as slow, Client(addresses["ami"]) as good:
            assert [slow.line(), good.line()] == ["hello 1", "hello 2"]
            slow.say("flood 120")  # 7.5 MB, of which it reads nothing
            assert good.ask("echo meanwhile") == "meanwhile"
            assert gone.wait(DEADLINE_S)
            assert good.ask("echo here") == "here"

    gone = threading.Event()
    run = served(tmp_path, OPEN, script, gone=gone)
    assert run.done["attachments"]["ami"]["slow"] == 1
    assert f"ami 1 {b'slow'.hex()}" in told(run, "detached")
    assert_replays(run)


def test_who_wants_more_than_may_wait_is_cut_off_at_once(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"], small_window=True) as greedy, Client(addresses["ami"]) as good:
            greedy.line(), good.line()
            greedy.say("flood 300")
            while greedy.line():
                pass
            assert good.ask("echo here") == "here"

    run = served(tmp_path, OPEN, script)
    assert run.done["attachments"]["ami"]["slow"] == 1


def test_a_fast_reader_gets_megabytes(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"]) as client:
            client.line()
            client.say("flood 100", "echo done")
            assert sum(len(client.line()) for _ in range(100)) == 100 * 65_535
            assert client.line() == "done"

    run = served(tmp_path, OPEN, script)
    assert run.done["attachments"]["ami"]["slow"] == 0


def test_half_open_clients_and_resets(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"]) as half:
            half.say("flood 20", "echo last words")
            half.socket.shutdown(socket.SHUT_WR)
            assert half.line() == "hello 1"
        with Client(addresses["ami"]) as broken:
            assert broken.line() == "hello 2"
            broken.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        with Client(addresses["ami"]) as good:
            assert (good.line(), good.ask("echo here")) == ("hello 3", "here")

    run = served(tmp_path, OPEN, script)
    gone = told(run, "detached")
    assert f"ami 1 {b'closed'.hex()}" in gone
    assert f"ami 2 {b'reset'.hex()}" in gone
    assert_replays(run)


def test_garbage_without_end_is_bounded_and_the_run_goes_on(tmp_path: Path) -> None:
    garbage = bytes(range(256)) * 256

    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["csta"]) as hostile, Client(addresses["ami"]) as good:
            hostile.socket.sendall(b"\0\0\0\x20" + garbage * 24)
            assert good.line() == "hello 1"
            assert good.ask("echo here") == "here"

    run = served(tmp_path, (*OPEN, "--csta", "127.0.0.1:0"), script)
    assert (run.exit_code, run.errors) == (130, "")
    assert max(len(octets) for octets in records(run)) <= 16_384 + 4
    assert_replays(run)


def records(run: Served) -> list[bytes]:
    with (run.folder / "inputs.bin").open("rb") as source:
        return [record.octets for record in InputReader(source, "inputs.bin")]


def test_the_machine_dials_out_and_hears_what_became_of_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    with listening(b"echo from the server\n") as (address, heard):
        def script(addresses: dict[str, str]) -> None:
            with Client(addresses["ami"]) as client:
                assert client.line() == "hello 1"
                assert client.ask(f"dial 127.0.0.1:{closed}") == "refused"
                assert client.ask("dial 10.1.2.3:4573") == "unreachable"  # nobody named it
                client.say(f"dial {address}")
                while not heard and client.ask("echo wait"):
                    pass

        options = (*OPEN, "--agi", f"10086=agi://{address},127.0.0.1:{closed}/menu?a=1")
        run = served(tmp_path, options, script)
    assert heard[0].startswith(b"hello 3\n")
    assert [row.split()[1] for row in told(run, "connect_failed")] == ["1", "2"]
    assert "3 echo from the server" in told(run, "line")
    assert_replays(run)


def test_a_run_at_full_speed_does_not_wait_for_clients(tmp_path: Path) -> None:
    def script(addresses: dict[str, str]) -> None:
        with Client(addresses["ami"]) as client:
            assert (client.line(), client.ask("echo fast")) == ("hello 1", "fast")

    run = served(tmp_path, (*OPEN, "--pace", "fast"), script)
    assert run.exit_code in (0, 130)
    assert_replays(run)


FINISHED = 2**64 - 2


def in_step(folder: Path, address: str) -> list[tuple[int, str]]:
    """A client that has a clock, too: it asks at 5 ms, again at the first answer, and finishes; (us, line) heard."""
    heard: list[tuple[int, str]] = []
    with Client(address) as client, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as clock:
        clock.settimeout(DEADLINE_S)
        clock.connect(str(folder / "clock"))
        while True:
            (now_us,) = struct.unpack("<Q", clock.recv(8))
            heard += [(now_us, line) for line in client.waiting()]
            if len(heard) < 3 and now_us >= 5_000 * max(len(heard), 1):
                client.say(f"echo {now_us}")
            done = len(heard) >= 3
            clock.send(struct.pack("<QQ", now_us, FINISHED if done else now_us + 5_000))
            if done:
                return heard


def test_a_client_with_a_clock_is_as_repeatable_as_a_simulated_one(tmp_path: Path) -> None:
    runs, heard = [], []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()

        def script(addresses: dict[str, str], folder: Path = tmp_path / name) -> None:
            heard.append(in_step(folder, addresses["ami"]))

        options = (*OPEN, "--clock", f"unix:{tmp_path / name}/clock")
        runs.append(served(tmp_path / name, options, script))
    assert heard[0] == heard[1]
    assert runs[0].exit_code in (0, 130)
    lines = [told(run, "line") for run in runs]
    assert lines[0] == lines[1]
    assert [line for _, line in heard[0]][:1] == ["hello 1"]
    assert_replays(runs[0])
