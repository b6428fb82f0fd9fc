"""Key figures of a run folder: its journal, with the lines that join its machines."""

from __future__ import annotations

from pathlib import Path

import msgspec

from switchsim.assembly.plant import PlantFile, is_plant
from switchsim.assembly.yamlfile import parse
from switchsim.report.folder import JOURNAL, RUN, kept_files, read_run_info
from switchsim.report.journal import JournalReader
from switchsim.report.kpi_counting import measure
from switchsim.report.kpis import KpiPlan, Kpis


def kpis_of(folder: Path, plan: KpiPlan) -> Kpis:
    """Measure a run folder, an interrupted one too; raises BadInput when it is none, or damaged."""
    joins = _joins(folder) if (folder / RUN).is_file() else ()
    return measure(JournalReader(folder / JOURNAL), msgspec.structs.replace(plan, joins=joins))


def _joins(folder: Path) -> tuple[tuple[str, str], ...]:
    """Pairs of lines of a plant; none of a single machine."""
    joins: list[tuple[str, str]] = []
    for kept, octets in kept_files(folder, read_run_info(folder), "machine"):
        document = parse(octets, str(folder / kept.copy))
        if is_plant(document):
            joins += [(row.between[0], row.between[1]) for row in document.validate(PlantFile).joins]
    return tuple(joins)
