"""Bad input to AMI and CSTA of a whole machine under load: no traceback, no lost call, limits told, secrets kept.

Strangers, who never log in, change nothing at all: the journal but for what it says of the interfaces is the one of a
run without them.
"""

from __future__ import annotations

import contextlib
import json
import random
import resource
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent))

from csta_client import framed
from fuzzing import SECRET, WRONG, Fuzzer, ami_login, ami_requests, connected, csta_login, csta_requests, send_all
from serve_bench import Line, Served, serve

CONNECTIONS: Final = 1000
GROWTH_KIB: Final = 300 * 1024
"""Most memory that the process may have taken more at any time."""
SCENARIO: Final = """\
format: 1
machine: b_type_small
seed: 8
seconds: {seconds}
load:
  - {{name: customer, shape: poisson, rate: 45/min, numbers: ["10061"], start: 2s, stop: {stop}s, patience: 60s,
     plan: [{{do: wait}}, {{do: speak}}, {{do: hold, time: 3s}}]}}
agents:
  - {{sign_in: 10ms}}
"""
Script = Callable[[dict[str, str]], None]


def served(folder: Path, seconds: int, pace: str, script: Script | None = None) -> Served:
    """A run with both interfaces and a password; `script` plays the clients in a thread."""
    folder.mkdir()
    (folder / "users.yaml").write_text(f"ccs: {SECRET}\n", encoding="utf-8")
    (folder / "calls.yaml").write_text(SCENARIO.format(seconds=seconds, stop=seconds - 14), encoding="utf-8")
    failures: list[BaseException] = []
    threads: list[threading.Thread] = []

    def play(addresses: dict[str, str]) -> None:
        assert script is not None
        try:
            script(addresses)
        except BaseException as error:
            failures.append(error)

    def react(line: Line, _: Any) -> None:
        if line["event"] == "ready" and script is not None:
            threads.append(threading.Thread(target=play, args=(line["addresses"],)))
            threads[0].start()

    run = serve(folder, "b_type_small", "--scenario", str(folder / "calls.yaml"), "--ami", "127.0.0.1:0", "--csta",
                "127.0.0.1:0", "--users", str(folder / "users.yaml"), "--pace", pace, react=react)  # fmt: skip
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    if failures:
        raise failures[0]
    assert run.exit_code == 0, (run.errors, run.lines[-1:])
    assert "Traceback" not in run.errors
    return run


def the_rest(run: Served) -> list[dict[str, Any]]:
    """The journal, but for what it says of the interfaces."""
    rows = map(json.loads, (run.folder / "journal.jsonl").read_bytes().splitlines())
    return [{name: value for name, value in row.items() if name != "seq"} for row in rows
            if row.get("place") not in ("callcentre/ami", "callcentre/csta")]  # fmt: skip


def refusals(run: Served) -> Counter[str]:
    """Interface and reason -> how often input was refused."""
    return Counter(f"{row['place'].rpartition('/')[2]}: {row['why']}" for row in run.journal("input_refused"))


def keeps_secrets(run: Served) -> None:
    for path in run.folder.rglob("*"):
        octets = path.read_bytes() if path.is_file() else b""
        assert SECRET.encode() not in octets, path
        assert WRONG.encode() not in octets, path


def most_memory_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# -- strangers -------------------------------------------------------------------------------------------------------


def _crowd(addresses: dict[str, str]) -> None:
    """A thousand connections that say nothing, half of a greeting, or half a request, and are closed or reset."""
    for address in (addresses["ami"], addresses["csta"]):
        crowd: list[socket.socket] = []
        for number in range(CONNECTIONS // 2):
            peer = connected(address)
            with contextlib.suppress(OSError):
                peer.sendall((b"", b"Act", b"Action: Login\r\nUsername: ccs\r\nSecret: ", b"\x00\x00\x01")[number % 4])
            if number % 3 == 0:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            crowd.append(peer)
        for peer in crowd:
            peer.close()


def _at_once(floods: list[tuple[str, bytes]]) -> None:
    """Each is a client of its own; who says nothing that can be refused goes again by itself."""
    with ThreadPoolExecutor(30) as pool:
        for done in [pool.submit(send_all, *one) for one in floods]:
            done.result()


def _floods(addresses: dict[str, str]) -> None:
    draws = random.Random(3)
    ami, csta = addresses["ami"], addresses["csta"]
    floods = [
        (ami, b"Action: Login\r\nX: " + b"y" * 10_000_000 + b"\r\n\r\n"),
        (ami, b"Action: Login\r\n" + b"X: y\r\n" * 100_000 + b"\r\n"),
        (csta, struct.pack(">HH4s", 0, 64_008, b"0001") + b"<a/>" * 16_000),
        (csta, struct.pack(">HH4s", 0, 65_535, b"0001") + b"<a>" * 1_000_000),
        (csta, framed(1, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
        *((address, draws.randbytes(5_000)) for address in (ami, csta) for _ in range(10)),
    ]
    _at_once(floods)


def _guesses(addresses: dict[str, str]) -> None:
    ami, csta = addresses["ami"], addresses["csta"]
    wrong = [(ami, ami_login(WRONG)), (csta, csta_login(WRONG))]
    unasked = [(ami, b"".join(ami_requests(random.Random(1), 300)))]
    unasked += [(csta, b"".join(csta_requests(random.Random(1), 300)))]
    _at_once(wrong * 5 + unasked)


def test_strangers_change_nothing(tmp_path: Path) -> None:
    quiet = served(tmp_path / "quiet", 60, "fast")
    before = most_memory_kib()

    def script(addresses: dict[str, str]) -> None:
        for part in (_guesses, _floods, _crowd):
            part(addresses)

    run = served(tmp_path / "strangers", 60, "8", script)
    undisturbed = the_rest(quiet)
    assert sum(row.get("kind") == "call_cleared" for row in undisturbed) > 20
    assert the_rest(run) == undisturbed
    keeps_secrets(run)
    assert most_memory_kib() - before < GROWTH_KIB
    changes = Counter((row["place"], row["what"]) for row in run.journal("application_changed"))
    ami, csta = (Counter({what: changes[f"callcentre/{name}", what] for what in ("connected", "logged_in", "refused",
                 "failed", "closed")}) for name in ("ami", "csta"))  # fmt: skip
    assert (ami["logged_in"], csta["logged_in"]) == (0, 0)
    assert (ami["failed"], csta["refused"]) == (5, 5)
    assert ami["connected"] == ami["failed"] + ami["closed"]
    assert csta["connected"] == csta["closed"]
    _limits_are_told(refusals(run))
    attachments = run.done["attachments"]
    assert attachments["ami"]["connections"] + attachments["ami"]["refused"] >= CONNECTIONS // 2


def _limits_are_told(told: Counter[str]) -> None:
    for why in ("ami: more than 50 connections without a log-in", "ami: a line of more than 4096 octets",
                "ami: a block of more than 128 lines", "csta: a document type or an entity",
                "csta: more than 32 levels"):  # fmt: skip
        assert told[why], (why, told)


# -- clients that know the password ------------------------------------------------------------------------------------


def test_thousands_of_mutated_requests_lose_no_call(tmp_path: Path) -> None:
    ami_ask = b"Action: Ping\r\nActionID: here\r\n\r\n"
    csta_ask = framed(77, "<GetAgentState><device>1001</device></GetAgentState>")
    fuzzers: dict[str, Fuzzer] = {}
    before = most_memory_kib()

    def script(addresses: dict[str, str]) -> None:
        ami = fuzzers["ami"] = Fuzzer(addresses["ami"], lambda: ami_login(SECRET), ami_ask, b"ActionID: here\r\n")
        csta = fuzzers["csta"] = Fuzzer(addresses["csta"], lambda: csta_login(SECRET), csta_ask, b"0077<?xml")
        work = (
            (ami, ami_requests(random.Random(5), 4000)), (csta, csta_requests(random.Random(6), 3000)),
        )  # fmt: skip
        threads = [threading.Thread(target=one.run, args=(requests, random.Random(7))) for one, requests in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    run = served(tmp_path / "run", 72, "6", script)
    keeps_secrets(run)
    assert most_memory_kib() - before < GROWTH_KIB
    assert all(one.sent >= 2000 for one in fuzzers.values()), {name: one.sent for name, one in fuzzers.items()}
    assert all(one.answered >= 20 for one in fuzzers.values())
    assert sum(refusals(run).values()) > 500
    taken = Counter((row["place"], row["result"]) for row in run.journal("request_taken"))
    assert len(taken) > 20
