"""The adaptor thread of a paced run: moves bytes between the sockets and bounded inboxes.

The kernel drains the inboxes at control ticks. In lockstep and at full speed no thread is needed: there it drains the
sockets itself.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Sequence
from typing import Final

from switchsim.sut.attach import Attach
from switchsim.sut.side import Side
from switchsim.sut.sockets import poll_for

_LOOK_S: Final = 1.0
GATHER_S: Final = 0.005
"""What the machine says to clients is gathered for so long, then sent together: a send costs more than what it sends.
The first words after a silence go at once."""


class Pump:
    """Serves every attachment and interface while it runs; whoever else touches one holds `lock`."""

    def __init__(self, attaches: Sequence[Attach], sides: Sequence[Side] = ()) -> None:
        self.lock = threading.Lock()
        self._attaches = attaches
        self._sides = sides
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._going = True
        self._alert = False
        self._sent_at = 0.0
        self._thread = threading.Thread(target=self._run, name="adaptor", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """An allowance changed: look again."""
        with contextlib.suppress(BlockingIOError):
            self._wake.send(b"w")

    def to_send(self) -> None:
        """There is something to be sent; called under the lock."""
        if not self._alert:
            self._alert = True
            self.wake()

    def check(self) -> None:
        """An error of ours in the thread, which has said so, is one of the run."""
        assert self._thread.is_alive(), "the adaptor thread has ended"

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        self._going = False
        self.wake()
        self._thread.join()
        self._wake.close()
        self._woken.close()

    def _run(self) -> None:
        while self._going:
            with self.lock:
                for attach in self._attaches:
                    attach.service()
                for side in self._sides:
                    side.service()
                look_s = min([_LOOK_S, *(side.look_ms / 1000 for side in self._sides), self._send()])
                served: list[Attach | Side] = [*self._attaches, *self._sides]
                descriptors = [descriptor for one in served for descriptor in one.descriptors()]
            poll_for([*descriptors, self._woken.fileno()], look_s)
            with contextlib.suppress(BlockingIOError):
                self._woken.recv(4096)

    def _send(self) -> float:
        """Send what was gathered long enough; seconds until there may be more to be sent."""
        left_s = self._sent_at + GATHER_S - time.monotonic()
        self._alert = left_s > 0 and any(side.unsent for side in self._sides)
        if self._alert:
            return left_s
        if left_s <= 0 and any(side.unsent for side in self._sides):
            for side in self._sides:
                side.flush()
            self._sent_at = time.monotonic()
        return _LOOK_S
