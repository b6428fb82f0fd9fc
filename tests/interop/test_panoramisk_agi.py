"""panoramisk's FastAGI server, unmodified, judges the AGI client over real sockets: the sample IVR as a process, and
scripts in a thread of their own. Time is the bench's: it stands still while the server thinks."""

from __future__ import annotations

import asyncio
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from agi_by_hand import SOUNDS, Bench
from panoramisk.fast_agi import Application, Request

from switchsim.callcentre.agi import AgiConfig
from switchsim.kernel.inputs import InputKind
from switchsim.model.cti import CallEnded, HangUp, Redirect, RefuseFlow
from switchsim.model.outside import AgiTarget, unpack_in
from switchsim.sut.dialler import Dialler
from switchsim.units import ms, seconds

ROOT: Final = Path(__file__).resolve().parents[2]
DEADLINE_S: Final = 20.0
LOOK_S: Final = 0.02
WHAT: Final = {InputKind.DATA: "data", InputKind.CONNECTED: "attached", InputKind.CLOSED: "detached",
               InputKind.CONNECT_FAILED: "connect_failed"}  # fmt: skip


class Dialling(Bench):
    """The bench, with the adaptor that `--agi` has."""

    def __init__(self, *ports: int, script: str = "menu") -> None:
        hosts = tuple(("127.0.0.1", port) for port in ports)
        target = AgiTarget(hosts=hosts, script=script, url=f"agi://127.0.0.1:{ports[-1]}/{script}")
        self.dialler = Dialler("agi", [target])
        super().__init__(AgiConfig(targets=(target,), voices=("vp/0",), sounds=tuple(SOUNDS)))

    def item(self, item: bytes) -> None:
        self.dialler.deliver(item)

    def until(self, seen: Callable[[], object]) -> None:
        """Move octets until `seen`; simulated time stands still."""
        end = time.monotonic() + DEADLINE_S
        while not seen():
            assert time.monotonic() < end, (self.requests, self.changes, self.orders)
            self.dialler.flush()
            self.dialler.service()
            for kind, octets in self.dialler.take():
                connection, payload = unpack_in(octets)
                self.outside(WHAT[kind], connection, payload)
            select.select(self.dialler.descriptors(), (), (), LOOK_S)

    def under_way(self, command: str) -> None:
        """Until the server waits for this command."""
        self.until(lambda: any(one.command == command for one in self.agi.state.sessions.values()))

    def over(self) -> None:
        self.until(lambda: not self.agi.state.sessions)


Dial = Callable[..., Dialling]


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Make benches; their connections are closed in the end."""
    made: list[Dialling] = []

    def make(*ports: int, script: str = "menu") -> Dialling:
        made.append(Dialling(*ports, script=script))
        return made[-1]

    yield make
    for bench in made:
        bench.dialler.close()


@contextmanager
def sample(*arguments: str) -> Iterator[tuple[int, Callable[[], str]]]:
    """The sample IVR on a free port; the port, and how to end it and read what it said."""
    program = [sys.executable, str(ROOT / "examples" / "ivr" / "menu_ivr.py"), "--port", "0", *arguments]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("ready "), ready

        def end() -> str:
            process.send_signal(signal.SIGTERM)
            return process.communicate(timeout=DEADLINE_S)[0]

        try:
            yield int(ready.rpartition(":")[2]), end
        finally:
            process.kill()


@contextmanager
def scripted(script: Callable[[Request], Awaitable[None]]) -> Iterator[int]:
    """A panoramisk server with one script, in a thread; its port."""
    loop = asyncio.new_event_loop()
    application = Application(loop=loop)
    application.add_route("menu", script)
    server = loop.run_until_complete(asyncio.start_server(application.handler, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(DEADLINE_S)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


DIALOGUES = [
    (["1"], "queue:sales"), (["2"], "queue:service"), (["9", "1"], "queue:sales"), (["9", "9"], "queue:service"),
    ([16_000, ms(5000), "2"], "queue:service"), ([16_000 + ms(5000), 16_000 + ms(5000)], "queue:service"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "queue"), DIALOGUES)
def test_sample_ivr_gives_the_call_to_the_queue_that_was_chosen(keys: list[int | str], queue: str, dial: Dial) -> None:
    with sample() as (port, end):
        bench = dial(port)
        bench.call()
        bench.under_way("STREAM FILE")
        bench.run(SOUNDS["welcome"])
        for key in keys:
            bench.under_way("GET DATA")
            bench.press(key) if isinstance(key, str) else bench.run(key)
        bench.until(lambda: bench.agi.state.sessions[1].command == "EXEC")
        assert bench.orders[-1] == Redirect(1, queue)
        bench.tell(CallEnded(1, 16, "agent", queue, "1001", 0, 0, 0, bench.now))
        bench.over()
        assert [name for name, _, _ in bench.requests] == ["ANSWER", "STREAM FILE", *["GET DATA"] * (
            len(bench.requests) - 3), "EXEC"]
        assert end() == f"call of 13800138000: {queue[6:]}\nstopped\n"
    assert bench.agi.state.died == 0


def test_sample_ivr_and_a_hang_up_in_the_middle(dial: Dial) -> None:
    with sample() as (port, end):
        bench = dial(port)
        bench.call()
        bench.under_way("STREAM FILE")
        bench.run(1000)
        bench.hang_up()
        bench.over()
        assert bench.requests[-1] == ("STREAM FILE", "welcome", "-1 endpos=1000")
        assert "call of 13800138000: STREAM FILE" in end()


def test_sample_ivr_outlives_a_connection_without_an_opening(dial: Dial) -> None:
    with sample() as (port, end):
        bench = dial(port)
        bench.silent.add("vp/0")
        bench.call()
        bench.until(lambda: bench.changes)
        bench.hang_up()
        bench.until(lambda: not bench.dialler.connections)
        bench.silent.clear()
        bench.call(2)
        bench.under_way("STREAM FILE")
        bench.hang_up(2)
        bench.over()
        assert "closed before the opening block" in end()


def test_a_server_that_is_killed_loses_no_call(dial: Dial) -> None:
    with sample() as (port, _):
        bench = dial(port)
        bench.call()
        bench.under_way("STREAM FILE")
    bench.over()
    assert bench.orders[-1] == RefuseFlow(1)
    assert bench.agi.state.died == 1


def test_the_next_host_when_one_is_down(dial: Dial) -> None:
    with scripted(_hang_up) as down:
        pass
    with scripted(_hang_up) as port:
        bench = dial(down, port)
        bench.call()
        bench.over()
    assert bench.changes[:2] == [(1, "failed", "refused"), (2, "connected", "menu at host 2")]
    assert bench.orders[-1] == HangUp(1, 0, 16)


async def _hang_up(request: Request) -> None:
    await request.send_command("HANGUP")


def test_no_host_at_all(dial: Dial) -> None:
    with scripted(_hang_up) as down:
        pass
    bench = dial(down)
    bench.call()
    bench.over()
    assert bench.orders == [RefuseFlow(1)]


def test_a_script_that_panoramisk_does_not_know(dial: Dial) -> None:
    """It closes without a command: the call goes the way of those that nobody serves."""
    with scripted(_hang_up) as port:
        bench = dial(port, script="other")
        bench.call()
        bench.over()
    assert bench.orders[-1] == RefuseFlow(1)


def test_answers_as_panoramisk_reads_them(dial: Dial) -> None:
    seen: list[Any] = []

    async def script(request: Request) -> None:
        seen.append(request.headers)
        for command in ("ANSWER", "CHANNEL STATUS", "SET VARIABLE colour blue", "GET VARIABLE colour",
                        "GET VARIABLE none", 'STREAM FILE welcome ""', "GET DATA menu 1000 4", "WAIT FOR DIGIT 100",
                        "RECORD FILE note wav # 500", "STREAM FILE missing 1", "EXEC Nonsense", "NONSENSE",
                        "DATABASE PUT a b c", "DATABASE GET a b", "SAY DIGITS 12 #", "SET EXTENSION 2001"):  # fmt: skip
            answer = await request.send_command(command)
            seen.append(answer.get("error") or tuple(answer[key] for key in ("result", "endpos") if key in answer))

    with scripted(script) as port:
        bench = dial(port)
        bench.call()
        bench.under_way("STREAM FILE")
        bench.run(8000)
        bench.under_way("GET DATA")
        bench.press("12")
        bench.run(ms(1000))
        bench.under_way("WAIT FOR DIGIT")
        bench.run(ms(100))
        bench.under_way("RECORD FILE")
        bench.press("#")
        bench.under_way("SAY DIGITS")
        bench.run(8000)
        bench.over()
    headers, *answers = seen
    assert (headers["agi_network_script"], headers["agi_callerid"], headers["agi_dnid"]) == (
        "menu", "13800138000", "10060")
    assert answers == [
        (("0", ""),), (("6", ""),), (("1", ""),), (("1", "blue"),), (("0", ""),), (("0", ""), ("8000", "")),
        (("12", "timeout"),), (("0", ""),), (("35", "dtmf"), ("0", "")), "AGIAppError", (("-2", ""),),
        "AGIInvalidCommand", (("1", ""),), (("1", "c"),), (("0", ""),), (("0", ""),),
    ]  # fmt: skip
    assert bench.orders[-1] == Redirect(1, "number:2001")


def test_usage_trips_panoramisk_and_the_call_goes_on(dial: Dial) -> None:
    """A trap of the library: of a usage text it reads two lines, and takes the third for the answer to what comes next,
    which ends the script. The call is not lost."""
    seen: list[Any] = []

    async def script(request: Request) -> None:
        for command in ("WAIT FOR DIGIT", "NOOP"):
            seen.append(await request.send_command(command))

    with scripted(script) as port:
        bench = dial(port)
        bench.call()
        bench.over()
    assert [one["error"] for one in seen] == ["AGIUsageError"]
    assert isinstance(bench.orders[-1], RefuseFlow | HangUp)


def test_hangup_is_panoramisks_answer_to_the_command_after(dial: Dial) -> None:
    seen: list[Any] = []

    async def script(request: Request) -> None:
        for command in ("WAIT FOR DIGIT -1", "NOOP", "GET VARIABLE x"):
            seen.append(await request.send_command(command))

    with scripted(script) as port:
        bench = dial(port)
        bench.call()
        bench.under_way("WAIT FOR DIGIT")
        bench.run(seconds(1))
        bench.hang_up()
        bench.over()
    assert [one.get("error", "") for one in seen] == ["AGIAppError", "AGIResultHangup", ""]
