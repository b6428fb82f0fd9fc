"""The platform behind the MEM board: its processes, and ICDCOMM that joins them."""

from __future__ import annotations

from typing import Any, Final

from switchsim.assembly.automatic import database_process, ivr_names, ivr_processes, voice_names
from switchsim.assembly.ccs_review import ccs_files, ccs_pair
from switchsim.assembly.draft import Draft
from switchsim.assembly.platform_file import PlatformSpec
from switchsim.assembly.rack import wire
from switchsim.assembly.voice import voice_processors
from switchsim.callcentre.agi import AgiClient, AgiConfig
from switchsim.callcentre.ami import Ami, AmiConfig
from switchsim.callcentre.ccs.server import Ccs, CcsConfig
from switchsim.callcentre.csta import Csta, CstaConfig
from switchsim.callcentre.cti_link import CtiLink
from switchsim.callcentre.cti_server import CtiConfig, CtiServer
from switchsim.callcentre.file_server import FileServer
from switchsim.callcentre.icdcomm import Icdcomm
from switchsim.callcentre.mcp import Mcp
from switchsim.callcentre.mds import Mds
from switchsim.callcentre.process import Process
from switchsim.callcentre.proxy import Proxy
from switchsim.callcentre.registry import ccs_of, registry
from switchsim.callcentre.uis import Uis
from switchsim.dsp.engine import Engine
from switchsim.hardware.site import Link, Rack
from switchsim.kernel.scheduler import Kernel
from switchsim.model.cti import Wanted
from switchsim.model.messages import Packet
from switchsim.model.outside import Listeners
from switchsim.model.platform import Letter
from switchsim.units import CYCLES_PER_SECOND, ms

PLACE: Final = "callcentre"
MONITOR: Final = "mds"
WAY_CYCLES: Final = ms(1)
"""From one process to another, by way of ICDCOMM."""
LETTERS_IN_FLIGHT: Final = 65_536


class PlatformBuilder:
    """Puts the processes of a platform into a kernel. Without CCS and outside listeners it is a CTI-SERVER alone."""

    def __init__(self, draft: Draft, rack: Rack, kernel: Kernel, engine: Engine, listeners: Listeners) -> None:
        self.draft = draft
        self.spec = draft.spec
        self.layout = draft.layout
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
            self._voices()
            self._servers(platform)
            self._interfaces()
            self._join()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the processes, ICDCOMM last."""
        return (*(process.name for process in self.processes), *(("icdcomm",) if self.processes else ()))

    # -- processes -------------------------------------------------------------------------------------------------

    def _voices(self) -> None:
        assert self.spec.platform is not None
        agi = ("agi",) if self.listeners.agi else ()
        watchers = (*ivr_names(self.spec.platform), *agi, *self._monitors)
        self.processes += voice_processors(self.spec, self.layout, self.kernel, self.engine, watchers)

    @property
    def _monitors(self) -> tuple[str, ...]:
        return (MONITOR,) if self.spec.platform is not None and self.spec.platform.ccs is not None else ()

    def _servers(self, platform: PlatformSpec) -> None:
        """The CCS pair and what goes with it."""
        if platform.ccs is None:
            return
        kernel, files = self.kernel, self.draft.shared
        pair = ccs_pair(platform)
        for name in pair:
            other = next((one for one in pair if one != name), "")
            config = CcsConfig(other, ccs_files(platform, files), files)
            self.processes.append(Ccs(f"{PLACE}/{name}", kernel, config))
        self.processes += ivr_processes(platform, self.layout, kernel, ccs_of(registry(pair)), self._monitors)
        self.processes += database_process(platform, kernel, self._monitors)
        self.processes += [
            Proxy(f"{PLACE}/proxy", kernel, pair), Uis(f"{PLACE}/uis", kernel), Mcp(f"{PLACE}/mcp", kernel),
            FileServer(f"{PLACE}/file_server", kernel, files),
        ]  # fmt: skip
        self.processes.append(Mds(f"{PLACE}/{MONITOR}", kernel, tuple(one.name for one in self.processes)))

    def _interfaces(self) -> None:
        """The interfaces to outside programs that were asked for."""
        wanted, kernel = self.listeners, self.kernel
        if wanted.ami:
            self.processes.append(Ami(f"{PLACE}/ami", kernel, self._ami_config()))
        if wanted.csta:
            csta = CstaConfig(auth=wanted.auth, queues=tuple(self.spec.queues))
            self.processes.append(Csta(f"{PLACE}/csta", kernel, csta))
        if wanted.agi:
            config = AgiConfig(wanted.agi, voice_names(self.layout), tuple(self.spec.prompts))
            self.processes.append(AgiClient(f"{PLACE}/agi", kernel, config))

    def _ami_config(self) -> AmiConfig:
        wrap_up = {seat.number: seat.spec.wrap_up // CYCLES_PER_SECOND for seat in self.layout.seats}
        longest = {name: queue.max_length for name, queue in self.spec.queues.items()}
        return AmiConfig(self.listeners.auth, wrap_up, longest)

    # -- ICDCOMM ---------------------------------------------------------------------------------------------------

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


__all__ = ["PLACE", "PlatformBuilder", "voice_names"]
