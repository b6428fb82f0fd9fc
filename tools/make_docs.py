"""Writes docs/reference/*.md from the code and the data: events, faults, boards, file keys, commands.

Run without arguments (`make docs`) after one of them has changed; `--check` only says which pages are not current
(exit 1); those of conformance, which take longer, are left to tests/conformance/test_coverage.py. Nothing in the pages
depends on the host, the time or an order of hashing.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import click
import conformance_docs
from cti_docs import cti_page
from docs_models import Keys, cell, cell_free, duration, model_sections
from fault_docs import clock_faults, interface_faults, line_faults, link_faults, platform_faults, r2_faults, tone_faults

from switchsim.model.event import Event, fields_of, snake

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "docs" / "reference"
MADE: Final = "<!-- Made by tools/make_docs.py (`make docs`). Do not edit. -->"
DURATIONS: Final = """A *duration* is a number and one of `us`, `ms`, `s`, `min`, `h`, `cyc` (cycles of 125 µs): \
`12.5s`, `300ms`, `400cyc`.
It must be a whole number of cycles. A *rate* is a number and `/s`, `/min` or `/h`. *Digits* are text: put them in
quotes. Unknown keys are refused. `-` as a default means nothing, or empty.
"""


def page(title: str, *parts: str) -> str:
    return "\n".join([MADE, "", f"# {title}", "", *parts]).rstrip() + "\n"


# -- events ----------------------------------------------------------------------------------------------------------


def events_page() -> str:
    import switchsim.model.call_events as call_events
    import switchsim.model.clock_events as clock_events
    import switchsim.model.events as events
    import switchsim.model.line_events as line_events
    import switchsim.model.link_events as link_events
    import switchsim.model.platform_events as platform_events
    import switchsim.model.r2_events as r2_events
    import switchsim.model.rack_events as rack_events
    import switchsim.model.tone_events as tone_events

    parts = ["Every line of `journal.jsonl` has `at` (cycle), `phase`, `place` (path of the part that wrote it),",
             "`seq`, `kind` (the event's name), then the fields below. Integers and text only.", "",
             *_told(ast.parse(inspect.getsource(events)))]
    modules = (events, rack_events, line_events, clock_events, link_events, r2_events, call_events, tone_events)
    return page("Journal events", *parts, *(line for module in modules for line in _events_of(module)),
                "## The call-centre platform", "", *_events_of(platform_events))


def _events_of(module: ModuleType) -> list[str]:
    """The events of one module, under its headings."""
    source, parts = inspect.getsource(module), list[str]()
    lines, heads = source.splitlines(), dict(_headings(source))
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Event" for base in node.bases):
            newest = max((line for line in heads if line < node.lineno), default=0)
            if newest:
                parts += [f"## {heads.pop(newest).capitalize()}", ""]
            parts += _event(getattr(module, node.name), node, lines)
    return parts


def _headings(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.splitlines(), 1):
        if match := re.fullmatch(r"# -- ([\w ]+?) -+", line):
            yield number, match[1]


def _told(module: ast.Module) -> list[str]:
    """The module's docstring without its first line."""
    text = (ast.get_docstring(module) or "").partition("\n\n")[2]
    return [cell_free(text), ""]


def _event(struct: type[Event], node: ast.ClassDef, lines: list[str]) -> list[str]:
    doc, types = ast.get_docstring(node), fields_of(struct)
    parts = [f"### {snake(node.name)}", "", *([cell_free(doc), ""] if doc else [])]
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    if fields:
        parts += ["| field | type | says |", "|---|---|---|"]
    for field in fields:
        name, comment = ast.unparse(field.target), lines[field.lineno - 1].partition("  # ")[2]
        words = ", ".join(f"`{word}`" for word in types[name].words)
        kind = {int: "number", str: "text"}[types[name].kind]
        parts.append(f"| `{name}` | {kind} | {cell('; '.join(filter(None, (comment, words))))} |")
    return [*parts, ""]


# -- faults ----------------------------------------------------------------------------------------------------------


PLACES: Final = {
    "processor": "a main processor, `a` or `b`", "board": "a board by its place, `frame/2/slot/0`",
    "line": "an E1 line by its name, `e1-0`", "receiver": "a DTMF receiver, counted over the machine from 0",
    "register": "an MFC register, counted over the machine from 0",
    "timeslot": "a timeslot of the line, 1..31", "link": "a signalling link by its name, `\"e1-0:16\"`",
    "end": "an end of it: `machine`, `far`, or a point of the far end",
    "seat": "a seat by its number, in quotes, `\"1001\"`",
    "process": "a process of the platform, `ccs/a`", "from": "the process that sends, `\"*\"` is every one",
    "to": "the process to which it sends, `\"*\"` is every one", "interface": "`ami`, `csta` or `agi`",
    "client": "a connection of it, counted from 1; 0, or none named: all of them",
    "clock": "a clock: `machine`, a clock board by its place, or a line: the clock at its far end",
}
"""What each key of `where` names."""
EXAMPLES: Final = {"processor": "a", "board": "frame/2/slot/0", "line": "e1-0", "receiver": "3",
                   "register": "3", "timeslot": "5", "seat": '"1001"'}


def faults_page() -> str:
    from switchsim.assembly.kinds import load_kinds
    from switchsim.faults.catalogue import CATALOGUE, TARGETS
    from switchsim.report.faults import FaultFacts

    points = {name: point for loaded in load_kinds().values() for name, point in loaded.spec.fault_points.items()}
    parts = [
        "`switchsim faults MACHINE` lists those that a machine can have. Each fault goes armed, fired, detected,",
        "alarmed, undone, cleared. One of the defects and one of the alarms must show within "
        f"{duration(FaultFacts().within_cycles)} of the firing, or",
        "the fault's own check fails; a fault that never fires makes the run invalid (exit 3).", "",
        "| fault | what breaks | where | parameters | defect | alarm |", "|---|---|---|---|---|---|"]
    for row in CATALOGUE.values():
        ranges = points[row.point].values if row.point in points else {}
        values = ", ".join(_parameter(name, default, ranges) for name, default in row.values.items())
        where = ", ".join(f"`{key}`" for key in TARGETS[row.target])
        shows = [" or ".join(f"`{one}`" for one in ids) for ids in (row.defects, row.alarms)]
        cells = (f"`{row.name}`", cell(row.text), where or "-", values or "-", *shows)
        parts.append(f"| {' | '.join(cells)} |")
    parts += ["", "## What `where` names", "", "| key | names |", "|---|---|"]
    parts += [f"| `{key}` | {PLACES[key]} |" for key in dict.fromkeys(k for keys in TARGETS.values() for k in keys)]
    harm = ", ".join(f"`{row.name}`" for row in CATALOGUE.values() if row.harms_speech)
    parts += ["", f"While one of {harm} acts, people in talk need not hear each other;",
              "that they never hear a stranger is checked all the same.", "",
              "## A step for each", "", "On `b_type_small`, which has no MFC boards:", "", "```yaml", "timeline:"]
    for second, row in enumerate((row for row in CATALOGUE.values() if row.target != "register"), 1):
        where = ", ".join(f"{key}: {EXAMPLES[key]}" for key in TARGETS[row.target])
        parts.append(f"  - {{at: {second * 10}s, fault: {row.name}, "
                     + (f"where: {{{where}}}, " if where else "") + "for: 5s}")
    return page("Faults", *parts, "```", *link_faults(), *line_faults(), *clock_faults(), *platform_faults(),
                *interface_faults(), *r2_faults(),
                *tone_faults())  # fmt: skip


def _parameter(name: str, default: int | None, ranges: Any) -> str:
    low_high = f", {ranges[name][0]}..{ranges[name][1]}" if name in ranges else ""
    return f"`{name}` ({'required' if default is None else default}{low_high})"


# -- boards ----------------------------------------------------------------------------------------------------------


def boards_page() -> str:
    from switchsim.assembly.kinds import load_kinds

    kinds = load_kinds()
    parts = ["Made from `boards/kinds/*.yaml`. Every board can also be pulled, lose its power or hang; a main",
             "processor can be killed. Then `board_lost` is raised, or `processor_fault` for a main processor.", "",
             "| kind | board | 单板 | carries |", "|---|---|---|---|"]
    for name, loaded in sorted(kinds.items()):
        carries = ", ".join(f"{count} {what}" for what, count in loaded.spec.provides.model_dump().items() if count)
        parts.append(f"| [{name}](#{name}) | {loaded.spec.title.en} | {loaded.spec.title.zh} | {carries or '-'} |")
    for name, loaded in sorted(kinds.items()):
        parts += ["", *_board(name, loaded.spec, inspect.getdoc(inspect.getmodule(loaded.board)) or "")]
    parts += ["", "# Keys of a board kind's file", "", DURATIONS]
    return page("Boards", *parts, *_keyed("BoardKindFile"))


def _board(name: str, spec: Any, about: str) -> Iterator[str]:
    bus = {"": "none", "single": "one address", "pair": "one address for both of a pair"}[spec.on_bus]
    leds = ", ".join(spec.leds) or "none"
    yield from (f"## {name}", "", f"{spec.title.en} / {spec.title.zh}. {cell_free(about)}".rstrip(), "",
                f"LEDs: {leds}. Serial bus: {bus}. Class: `{spec.class_}`.")
    registers = [f"| `{key}` | {one.address} | {one.reset} | {'yes' if one.writable else 'no'} | {cell(one.text)} |"
                 for key, one in spec.registers.items()]
    alarms = [f"| `{key}` | {one.severity} | {one.en} | {one.zh} |" for key, one in spec.alarms.items()]
    points = []
    for key, point in spec.fault_points.items():
        values = ", ".join(f"`{value}` {low}..{high}" for value, (low, high) in point.values.items())
        points.append(f"| `{key}` | {cell(point.text)} | {values or '-'} | {point.shows or '-'} |")
    timings = [f"| `{key}` | {duration(cycles)} |" for key, cycles in spec.timings.items()]
    for head, rows in (("| register | address | reset | writable | says |", registers),
                       ("| alarm | severity | English | 中文 |", alarms),
                       ("| fault point | what it does | parameters | alarm |", points),
                       ("| timing | length |", timings)):
        if rows:
            yield from ("", head, "|" + "---|" * (head.count("|") - 1), *rows)


# -- files -----------------------------------------------------------------------------------------------------------


def _roots() -> dict[str, Any]:
    from switchsim.assembly.flows import FlowFile
    from switchsim.assembly.kinds import BoardKindFile
    from switchsim.assembly.machine import MachineFile
    from switchsim.assembly.plant import PlantFile
    from switchsim.scenario.schema import Scenario

    return {
        "Scenario": Scenario, "MachineFile": MachineFile, "PlantFile": PlantFile, "BoardKindFile": BoardKindFile,
        "FlowFile": FlowFile,
    }  # fmt: skip


def keys_text() -> str:
    return (FOLDER / "keys.yaml").read_text(encoding="utf-8")


def _keyed(root: str) -> Iterator[str]:
    return model_sections(_roots()[root], Keys(keys_text()))


def key_problems() -> list[str]:
    """Keys without a text in keys.yaml, and texts without a key."""
    keys = Keys(keys_text())
    for root in _roots().values():
        list(model_sections(root, keys))
    return [f"{key}: no text in keys.yaml" for key in keys.missing] + [f"{key}: no such key" for key in keys.unused()]


def scenario_page() -> str:
    from switchsim.report.figures import FIGURE_NAMES, Figures
    from switchsim.scenario.timeline import ACTS

    acts = ["# Acts", "", "| who | do | must go with it | may |", "|---|---|---|---|"]
    for who, rows in ACTS.items():
        acts += [f"| {who} | `{act}` | {_names(must)} | {_names(may)} |" for act, (must, may) in rows.items()]
    names = ", ".join(f"`{name}`" for name in FIGURE_NAMES)
    figures = ["", "# Figures", "", f"Names for `kind: figure`: {names}.", "", cell_free(inspect.getdoc(Figures) or "")]
    return page("Keys of a scenario file", "How to write one: [scenarios.md](../scenarios.md).", "", DURATIONS,
                *_keyed("Scenario"), *acts, *figures)


def _names(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"


def machine_page() -> str:
    return page("Keys of a machine file", "What the machine does with them: [machine.md](../machine.md).", "",
                DURATIONS, *_keyed("MachineFile"), "", "# Several machines in one file", "",
                "What such a plant is: [plants.md](../plants.md).", "", *_keyed("PlantFile"))


def flow_page() -> str:
    return page("Keys of a flow file", "What an IVR does with them: [ivr.md](../ivr.md).", "", DURATIONS,
                *_keyed("FlowFile"))


# -- commands --------------------------------------------------------------------------------------------------------


EXIT_TEXTS: Final = {
    "PASSED": "passed", "FAILED": "checks or expectations failed", "BAD_INPUT": "bad input or usage",
    "INVALID_RUN": "invalid run: a fault never fired, or a peer never came or broke the lockstep",
    "SUT_CRASHED": "the software under test or a firmware crashed", "OUR_BUG": "an error of switchsim itself",
    "OUTPUT": "output could not be written", "INTERRUPTED": "interrupted (Ctrl-C)",
    "TERMINATED": "terminated (SIGTERM)",
}


def cli_page() -> str:
    from switchsim.cli.main import cli
    from switchsim.errors import WORST_FIRST, ExitCode

    context = click.Context(cli, info_name="switchsim", **cli.context_settings)
    parts = [cell_free((cli.help or "").partition("\n\n")[0]), "", "| command | what |", "|---|---|"]
    commands = {name: command for name in cli.list_commands(context) if (command := cli.get_command(context, name))}
    parts += [f"| [{name}](#switchsim-{name}) | {one.get_short_help_str(200)} |" for name, one in commands.items()]
    for name, command in commands.items():
        parts += ["", *_command(name, command)]
    parts += ["", "## Exit codes", "", "| code | means |", "|---|---|"]
    parts += [f"| {int(code)} | {EXIT_TEXTS[code.name]} |" for code in ExitCode]
    worst = " ".join(str(int(code)) for code in WORST_FIRST)
    parts += ["", f"Of several scenarios the worst counts, in the order {worst}.",
              "[troubleshooting.md](../troubleshooting.md) says what to do about each."]
    return page("Commands", *parts)


ESCAPED: Final = "\\|"


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"switchsim {name}", help_option_names=["-h", "--help"])
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f"## switchsim {name}", "", "```", f"switchsim {name} {usage}", "```", "")
    yield cell_free(command.help or "")
    options = [one for one in command.get_params(context) if isinstance(one, click.Option) and not one.hidden]
    if options:
        yield from ("", "| option | says |", "|---|---|")
    for one in options:
        metavar = "" if one.is_flag else " " + one.make_metavar(context)
        again = " May be given again." if one.multiple else ""
        default = f" Default: {one.default}." if one.show_default and one.default is not None else ""
        says = cell((one.help or "") + again + default).replace("<", "&lt;")
        yield f"| `{', '.join(one.opts)}{metavar.replace('|', ESCAPED)}` | {says} |"


# -- checks -----------------------------------------------------------------------------------------------------------


def checks_page() -> str:
    from switchsim.scenario.checks import BUILT_IN, CheckSettings

    limits = CheckSettings()
    times = {name: value for name in limits.__struct_fields__ if name.endswith("_cycles")
             and isinstance(value := getattr(limits, name), int)}
    parts = ["These run in every scenario, unasked. A check is passed, failed, inconclusive or not applicable, the",
             "last two with a reason. Only a failed one fails the run.", "",
             "| check | holds when | more |", "|---|---|---|"]
    for check in BUILT_IN:
        parts.append(f"| `{check.name}` | {cell(check.title)} | {cell(vars(check).get('__doc__') or '')} |")
    parts += ["", "Besides, every fault has a check `fault.N`, every entry of `expect` a check `expect.N`, N from 1.",
              "", "## Limits", "", "| limit | value |", "|---|---|"]
    return page("Built-in checks", *parts, *(f"| `{name}` | {duration(value)} |" for name, value in times.items()))


# -- all of them -----------------------------------------------------------------------------------------------------


PAGES: Final[dict[str, Callable[[], str]]] = {
    "events.md": events_page, "faults.md": faults_page, "boards.md": boards_page, "machine_file.md": machine_page,
    "flow_file.md": flow_page, "cti.md": lambda: page("Events and orders of the CTI link", *cti_page()),
    "scenario_file.md": scenario_page, "checks.md": checks_page, "cli.md": cli_page,
}


def stale() -> list[str]:
    """Names of the pages whose file is not what the code gives."""
    def current(name: str) -> str:
        file = FOLDER / name
        return file.read_text(encoding="utf-8") if file.exists() else ""

    return [name for name, make in PAGES.items() if current(name) != make()]


def main() -> int:
    problems = key_problems()
    if problems:
        print("\n".join(problems))
        return 1
    old = stale()
    if "--check" in sys.argv[1:]:
        print("\n".join(f"docs/reference/{name} is not current: run make docs" for name in old) or "all are current")
        return bool(old)
    for name in old:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
    old += [f"../{name}" for name in conformance_docs.write()]
    print(f"written: {', '.join(old) or 'nothing, all pages are current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
