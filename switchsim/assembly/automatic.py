"""The processes of automatic service, as a machine file wants them: IVRs, and aplogic before the database."""

from __future__ import annotations

from typing import Final

from switchsim.assembly.layout import Layout
from switchsim.assembly.platform_file import PlatformSpec
from switchsim.assembly.signalling import VpSpec
from switchsim.assembly.voice import vp_name
from switchsim.callcentre.aplogic import Aplogic, AplogicConfig
from switchsim.callcentre.ivr import Ivr, IvrConfig
from switchsim.model.part import Host

DATABASE: Final = "aplogic"
FILE_SERVER: Final = "file_server"


def ivr_names(spec: PlatformSpec) -> tuple[str, ...]:
    """Names of the IVRs among the processes of the platform."""
    return tuple(f"ivr/{number}" for number in range(len(spec.ivr)))


def voice_names(layout: Layout) -> tuple[str, ...]:
    """Names of the voice processors that lines lead to."""
    numbers = sorted({line.signalling.vp for line in layout.lines if isinstance(line.signalling, VpSpec)})
    return tuple(vp_name(number) for number in numbers)


def ivr_processes(
    spec: PlatformSpec, layout: Layout, host: Host, ccs: tuple[str, ...], watchers: tuple[str, ...]
) -> list[Ivr]:
    """The IVRs, not yet in a kernel. ccs: the servers with which they register."""
    return [
        Ivr(f"callcentre/{name}", host, IvrConfig(
            ccs=ccs, voices=voice_names(layout), flows=ivr.flows, files=(FILE_SERVER,), database=DATABASE,
            watchers=watchers, most_calls=ivr.most_calls,
        ))
        for name, ivr in zip(ivr_names(spec), spec.ivr, strict=True)
    ]  # fmt: skip


def database_process(spec: PlatformSpec, host: Host, watchers: tuple[str, ...]) -> list[Aplogic]:
    """aplogic, where there is a database; not yet in a kernel."""
    one = spec.database
    if one is None:
        return []
    return [Aplogic(f"callcentre/{DATABASE}", host, AplogicConfig(one.answer_after, one.timeout, watchers))]
