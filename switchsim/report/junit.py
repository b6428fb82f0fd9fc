"""junit.xml: one test case a check, fault and expectation, as CI servers read it.

Holds to the stricter of the two schemas in use (the Ant one, JUnit.xsd): all its required attributes and elements, in
its order. The time of a case is 0, that of the suite is simulated, the time stamp is fixed: the file depends on the run
alone.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from switchsim.report.result import CheckResult, Outcome
from switchsim.report.verdict import Result, Verdict
from switchsim.units import CYCLES_PER_SECOND

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIMESTAMP: Final = "1970-01-01T00:00:00"


def junit_xml(verdict: Verdict) -> bytes:
    """The document, UTF-8."""
    suites = ET.Element("testsuites")
    suites.append(_suite(verdict))
    ET.indent(suites)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(verdict: Verdict) -> ET.Element:
    cases = [_case(verdict, "checks", one) for one in verdict.checks]
    cases += [_case(verdict, "expect", one) for one in verdict.expects]
    cases.append(_run_case(verdict))
    suite = ET.Element("testsuite", {
        "name": _text(verdict.scenario),
        "package": "switchsim",
        "id": "0",
        "timestamp": _TIMESTAMP,
        "hostname": "localhost",
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
        "time": f"{verdict.end // CYCLES_PER_SECOND}.{verdict.end % CYCLES_PER_SECOND * 1000 // CYCLES_PER_SECOND:03d}",
    })  # fmt: skip
    properties = ET.SubElement(suite, "properties")
    for name, value in (("seed", verdict.seed), ("digest", verdict.digest), ("result", verdict.result.value)):
        ET.SubElement(properties, "property", {"name": name, "value": str(value)})
    suite.extend(cases)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    return suite


def _element(verdict: Verdict, group: str, name: str) -> ET.Element:
    classname = f"{verdict.scenario}.{group}"
    return ET.Element("testcase", {"name": _text(name), "classname": _text(classname), "time": "0"})


def _case(verdict: Verdict, group: str, result: CheckResult) -> ET.Element:
    case = _element(verdict, group, f"{result.name}: {result.title}")
    if result.outcome is Outcome.FAILED:
        message = str(result.findings[0]) if result.findings else result.reason
        failure = ET.SubElement(case, "failure", {"type": result.name, "message": _text(message)})
        failure.text = _text("\n".join(str(finding) for finding in result.findings) or result.reason)
    elif result.outcome is not Outcome.PASSED:
        ET.SubElement(case, "skipped").text = _text(f"{result.outcome.value}: {result.reason}")
    return case


def _run_case(verdict: Verdict) -> ET.Element:
    """The run itself: an error when it was invalid, stopped or crashed."""
    case = _element(verdict, "run", "run: it came to its end and says something")
    if verdict.result not in (Result.PASSED, Result.FAILED):
        message = verdict.reasons[0] if verdict.reasons else verdict.result.value
        ET.SubElement(case, "error", {"type": verdict.result.value, "message": _text(message)})
    return case


def _text(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("?", text)
