"""The documents: generated pages are current, links lead somewhere, files run, quotations are what is printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import make_docs
import pytest

from switchsim.scenario.events import KINDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<sort>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
WITH_COMMANDS = [name for name in PAGES if re.search(r"^```console$", (DOCS / name).read_text(), re.M)]
WHOLE_FILES = [
    (name, match["file"]) for name in PAGES for match in BLOCK.finditer((DOCS / name).read_text())
    if (match["file"] or "").endswith(".yaml")]


def switchsim(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from switchsim.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", program, *arguments], cwd=folder, text=True, capture_output=True)


def lay_out(page: str, folder: Path) -> None:
    """The files of a page, as its reader has them."""
    for match in BLOCK.finditer((DOCS / page).read_text()):
        if match["file"]:
            (folder / match["file"]).write_text(match["text"])


# -- generated pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", make_docs.PAGES)
def test_generated_page_is_current(page: str) -> None:
    assert (make_docs.FOLDER / page).read_text(encoding="utf-8") == make_docs.PAGES[page](), "run: make docs"


def test_the_reference_tells_of_every_event() -> None:
    assert set(re.findall("^### (.+)", make_docs.events_page(), re.MULTILINE)) == set(KINDS)


def test_every_key_has_a_text_and_every_text_a_key() -> None:
    assert make_docs.key_problems() == []


def test_a_page_that_was_changed_is_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*make_docs.PAGES, "keys.yaml"):
        (tmp_path / name).write_bytes((make_docs.FOLDER / name).read_bytes())
    monkeypatch.setattr(make_docs, "FOLDER", tmp_path)
    assert make_docs.stale() == []
    faults = tmp_path / "faults.md"
    faults.write_text(faults.read_text().replace("line_cut", "line_bent", 1))
    assert make_docs.stale() == ["faults.md"]


def test_a_key_without_a_text_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = make_docs.keys_text().replace("  nth: The first", "  nht: The first")
    monkeypatch.setattr(make_docs, "keys_text", lambda: text)
    assert make_docs.key_problems() == ["Trigger.nth: no text in keys.yaml", "Trigger.nht: no such key"]


def test_pages_do_not_depend_on_the_order_of_hashing() -> None:
    for seed in ("1", "2"):
        done = subprocess.run([sys.executable, "tools/make_docs.py", "--check"], cwd=ROOT, text=True,
                              capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
        assert done.returncode == 0, done.stdout


def test_the_fault_steps_of_the_page_are_good(tmp_path: Path) -> None:
    steps = next(match["text"] for match in BLOCK.finditer((DOCS / "reference/faults.md").read_text()))
    (tmp_path / "faults.yaml").write_text(f"format: 1\nmachine: call_centre\nseconds: 200\n{steps}")
    done = switchsim("check", "faults.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr


# -- written pages -----------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = BLOCK.sub("", (DOCS / page).read_text())
    for file, anchor in LINK.findall(text):
        target = (DOCS / page).parent / file if file else DOCS / page
        assert target.exists(), f"{page}: {file}"
        assert not anchor or anchor in anchors(target), f"{page}: {file}#{anchor}"


@pytest.mark.parametrize(("page", "file"), WHOLE_FILES)
def test_file_of_a_page_is_good(page: str, file: str, tmp_path: Path) -> None:
    """Files that are named `bad...` are refused; scenarios are run where the page does not do so itself."""
    lay_out(page, tmp_path)
    quoted = re.search(rf"^\$ (?:[A-Z_]+=\S+ )*switchsim run .*\b{file}", (DOCS / page).read_text(), re.M)
    is_scenario = "\nmachine:" in (tmp_path / file).read_text()
    command = "run" if is_scenario and not quoted and not file.startswith("bad") else "check"
    done = switchsim(command, file, folder=tmp_path)
    assert done.returncode == (2 if file.startswith("bad") else 0), done.stdout + done.stderr


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_print_what_the_page_quotes(page: str, tmp_path: Path) -> None:
    """Blocks of a page run one after the other in one folder, beside the clone."""
    (tmp_path / "switchsim").symlink_to(ROOT)
    (folder := tmp_path / "my_tests").mkdir()
    lay_out(page, folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
    for match in BLOCK.finditer((DOCS / page).read_text()):
        if match["sort"] != "console":
            continue
        for command, quoted in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", match["text"], re.M):
            done = subprocess.run(["bash", "-c", f"exec 2>&1; {command}"], cwd=folder, env=environment, text=True,
                                  stdout=subprocess.PIPE)
            assert re.fullmatch(pattern_of(quoted), done.stdout), f"$ {command}\n{done.stdout}"


def pattern_of(quoted: str) -> str:
    """A regular expression for an output; `...` is anything within a line, alone in a line any lines."""
    lines = quoted.splitlines(keepends=True)
    return "".join(
        r"(?:.*\n)*" if line == "...\n" else re.escape(line).replace(re.escape("..."), ".*") for line in lines)


def test_a_wrong_quotation_is_noticed() -> None:
    assert re.fullmatch(pattern_of("a ... c\n...\nz\n"), "a b c\nx\ny\nz\n")
    assert not re.fullmatch(pattern_of("a ... c\n...\nz\n"), "a b c\nx\ny\nzz\n")
    assert not re.fullmatch(pattern_of("a\n"), "a\nb\n")


def test_the_scenario_of_the_readme_passes(tmp_path: Path) -> None:
    texts = [match["text"] for match in BLOCK.finditer((ROOT / "README.md").read_text()) if match["sort"] == "yaml"]
    assert len(texts) == 1
    (tmp_path / "readme.yaml").write_text(texts[0])
    done = switchsim("run", "readme.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


# -- examples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "examples").glob("*.yaml")))
def test_example_passes_and_replays(example: str, tmp_path: Path) -> None:
    done = switchsim("run", str(ROOT / "examples" / example), "--out", "run", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "expect.1" in done.stdout
    again = switchsim("replay", "run", folder=tmp_path)
    assert again.returncode == 0, again.stdout
