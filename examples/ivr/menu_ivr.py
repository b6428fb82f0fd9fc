"""A menu IVR as a FastAGI server, written with panoramisk: the dialogue of the built-in `hotline` of b_type_small.yaml.

    pip install 'panoramisk>=1.4'
    python examples/ivr/menu_ivr.py --port 4573
    switchsim serve MACHINE --agi 10060=agi://127.0.0.1:4573/menu

It welcomes the caller, asks for 1 (sales) or 2 (service) at most twice, and gives the call to that queue; who does not
choose goes to service. It prints `ready HOST:PORT` when it listens, one line a call after that, and ends on SIGINT or
SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from typing import Any

from panoramisk.fast_agi import Application, Request

CHOICES = {"1": "sales", "2": "service"}
OTHERWISE = "service"
ATTEMPTS = 2
TIMEOUT_MS = 5000


class CallerGone(Exception):
    """The caller hung up, or the call was taken away."""


async def do(request: Request, command: str) -> str:
    """Send a command; its result. Raises CallerGone: `HANGUP` comes as the answer to the command after it, and the end
    of the connection as an empty one, which panoramisk can not read."""
    try:
        answer: dict[str, Any] = await request.send_command(command)
    except (ValueError, OSError) as end:
        raise CallerGone(f"{command}: the connection has ended") from end
    if "error" in answer:
        raise CallerGone(f"{command}: {answer['error']}")
    return str(answer["result"][0])


async def choose(request: Request) -> str:
    """The queue that the caller wants."""
    for _ in range(ATTEMPTS):
        digit = await do(request, f"GET DATA menu {TIMEOUT_MS} 1")
        if digit in CHOICES:
            return CHOICES[digit]
    return OTHERWISE


async def menu(request: Request) -> None:
    """One call, from its answer to its queue."""
    caller = request.headers.get("agi_callerid", "unknown")
    try:
        await do(request, "ANSWER")
        await do(request, 'STREAM FILE welcome ""')
        queue = await choose(request)
    except CallerGone as gone:
        print(f"call of {caller}: {gone}", flush=True)
        return
    print(f"call of {caller}: {queue}", flush=True)
    with contextlib.suppress(CallerGone):
        await do(request, f"EXEC Queue {queue}")  # its answer comes when the call is over


class Opening:
    """A reader that ends where the connection ends: panoramisk's handler reads on for ever when it closes too early."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self.readline = reader.readline

    async def read(self, count: int) -> bytes:
        octets = await self._reader.read(count)
        if not octets:
            raise EOFError("closed before the opening block was there")
        return octets


async def serve(arguments: argparse.Namespace) -> None:
    """Listen until a signal comes, then let no call wait."""
    application = Application(loop=asyncio.get_running_loop())
    application.add_route(arguments.script, menu)
    calls: set[asyncio.Task[None]] = set()

    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        calls.add(task)
        try:
            await application.handler(Opening(reader), writer)
        except EOFError as end:
            print(f"connection {end}", flush=True)
        finally:
            calls.discard(task)
            writer.close()

    server = await asyncio.start_server(call, arguments.host, arguments.port)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"ready {host}:{port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()
    for task in list(calls):
        task.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    print("stopped", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=int, default=4573, help="0: any that is free (%(default)s)")
    parser.add_argument("--script", default="menu", help="what the URL names behind the host (%(default)s)")
    parser.add_argument("--verbose", action="store_true", help="show what panoramisk logs")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if arguments.verbose else logging.ERROR)
    asyncio.run(serve(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
