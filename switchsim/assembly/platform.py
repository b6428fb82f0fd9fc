"""The platform behind the MEM board: its processes, and ICDCOMM that joins them."""

from __future__ import annotations

from typing import Any

from switchsim.assembly.layout import Layout
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.rack import wire
from switchsim.assembly.voice import voice_processors
from switchsim.callcentre.cti_link import CtiLink
from switchsim.callcentre.cti_server import CtiConfig, CtiServer
from switchsim.callcentre.icdcomm import Icdcomm
from switchsim.callcentre.process import Process
from switchsim.dsp.engine import Engine
from switchsim.hardware.site import Link, Rack
from switchsim.kernel.scheduler import Kernel
from switchsim.model.cti import Wanted
from switchsim.model.messages import Packet
from switchsim.model.outside import Listeners
from switchsim.model.platform import Letter
from switchsim.units import ms

PLACE = "callcentre"
WAY_CYCLES = ms(1)
"""From one process to another, by way of ICDCOMM."""
LETTERS_IN_FLIGHT = 65_536


class PlatformBuilder:
    """Puts the processes of a platform into a kernel. Without CCS and outside listeners it is a CTI-SERVER alone."""

    def __init__(
        self, spec: MachineFile, layout: Layout, rack: Rack, kernel: Kernel, engine: Engine, listeners: Listeners
    ) -> None:
        self.spec = spec
        self.layout = layout
        self.engine = engine
        self.rack = rack
        self.kernel = kernel
        self.listeners = listeners
        self.processes: list[Process[Any]] = []

    def build(self) -> None:
        platform = self.spec.platform
        if platform is None:
            return
        whole = platform.ccs is not None or bool(self.listeners) or bool(self.layout.voice)
        config = CtiConfig(platform.route, platform.answer_after, linked=whole)
        server = CtiServer(self.rack.platform, self.kernel, config)
        self.kernel.add(server)
        wire(self.kernel, Link(server.path, "ethernet", self.rack.roles["mem"][0], "ethernet", (Packet, Wanted), 1))
        if whole:
            self.processes = [server, CtiLink(f"{PLACE}/cti_link", self.kernel)]
            self.processes += voice_processors(self.spec, self.layout, self.kernel, self.engine, self._watchers())
            self._join()

    def _watchers(self) -> tuple[str, ...]:
        """Who wants to know that the voice processors live."""
        assert self.spec.platform is not None
        ivrs = tuple(f"ivr/{number}" for number in range(len(self.spec.platform.ivr)))
        return (*ivrs, *(("mds",) if self.spec.platform.ccs is not None else ()))

    def _join(self) -> None:
        """Everybody's letters go to ICDCOMM, and from there to everybody."""
        names = tuple(process.name for process in self.processes)
        hub = Icdcomm(f"{PLACE}/icdcomm", self.kernel, names)
        self.kernel.add(hub)
        for process in self.processes:
            if process.path not in self.kernel.parts:
                self.kernel.add(process)
            way = (Letter,), WAY_CYCLES // 2, LETTERS_IN_FLIGHT
            wire(self.kernel, Link(process.path, "comm", hub.path, "comm", *way))
            wire(self.kernel, Link(hub.path, f"to/{process.name}", process.path, "comm", *way))
