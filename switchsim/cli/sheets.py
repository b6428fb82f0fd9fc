"""Conformance sheets on the command line: played one after the other, told as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import click

from switchsim.cli.tables import show
from switchsim.conformance.report import Row, check_file, judge, read_files
from switchsim.conformance.verdict import Verdict
from switchsim.errors import BadInput, ExitCode, Problem

BAD = (Verdict.FAILED.value, Verdict.INCONCLUSIVE.value)


def check_sheet(file: str) -> tuple[Problem, ...]:
    """Every problem of a sheet, or of preambles."""
    try:
        check_file(Path(file))
    except BadInput as error:
        return error.problems
    return ()


def play_sheets(paths: Sequence[Path], as_json: bool, quiet: bool, suites: list[bytes]) -> ExitCode:
    """Play and judge them, and print what came of it; adds a JUnit document. Raises BadInput before any is played."""
    rows: list[Row] = []
    for player, sheet, preambles in read_files(paths):
        rows.append(judge(player, sheet, preambles))
        if quiet and not as_json:
            click.echo(" ".join(filter(None, (rows[-1].verdict, sheet.standard, sheet.number, rows[-1].reason))))
    if as_json or not quiet:
        reason = "first_deviation" if as_json else "first deviation"
        show([{"standard": row.standard, "number": row.number, "title": row.title, "verdict": row.verdict,
               reason: row.reason} for row in rows], as_json, "Conformance sheets")
    if not as_json:
        click.echo(summary(rows))
    suites.append(junit_xml(rows))
    return ExitCode.FAILED if any(row.verdict in BAD for row in rows) else ExitCode.PASSED


def summary(rows: Sequence[Row]) -> str:
    """How many of each verdict."""
    counts = {verdict.value: sum(row.verdict == verdict.value for row in rows) for verdict in Verdict}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)


def junit_xml(rows: Sequence[Row]) -> bytes:
    """One suite, a test case a sheet, in the order and with the attributes of JUnit.xsd."""
    failures = sum(row.verdict == Verdict.FAILED.value for row in rows)
    errors = sum(row.verdict == Verdict.INCONCLUSIVE.value for row in rows)
    skipped = sum(row.verdict == Verdict.NOT_APPLICABLE.value for row in rows)
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", {
        "name": "conformance", "package": "switchsim", "id": "0", "timestamp": "1970-01-01T00:00:00",
        "hostname": "localhost", "tests": str(len(rows)), "failures": str(failures), "errors": str(errors),
        "skipped": str(skipped), "time": "0",
    })  # fmt: skip
    ET.SubElement(suite, "properties")
    for row in rows:
        case = ET.SubElement(suite, "testcase", {
            "name": f"{row.number} {row.title}", "classname": f"conformance.{row.standard}", "time": "0"})  # fmt: skip
        if row.verdict == Verdict.NOT_APPLICABLE.value:
            ET.SubElement(case, "skipped", {"message": row.reason})
        elif row.verdict in BAD:
            kind = "failure" if row.verdict == Verdict.FAILED.value else "error"
            ET.SubElement(case, kind, {"message": row.reason, "type": row.verdict})
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
