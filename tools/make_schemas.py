"""Writes the JSON Schemas that let an editor complete and check YAML files: boards/schema/<name>.schema.json.

Run without arguments after a model has changed; `--check` only says which are not current (exit 1).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

FOLDER: Final = Path(__file__).resolve().parents[1] / "boards" / "schema"


def models() -> dict[str, type[BaseModel]]:
    """Name of the schema -> its model."""
    from switchsim.assembly.flows import FlowFile
    from switchsim.assembly.kinds import BoardKindFile
    from switchsim.assembly.machine import MachineFile
    from switchsim.assembly.plant import PlantFile
    from switchsim.scenario.schema import Scenario

    return {
        "board": BoardKindFile, "flow": FlowFile, "machine": MachineFile, "plant": PlantFile, "scenario": Scenario,
    }  # fmt: skip


def schema_text(name: str, model: type[BaseModel]) -> str:
    """The schema as it is checked in."""
    schema = model.model_json_schema(by_alias=True)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{name}.schema.json", **_told(schema)}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _told(node: Any) -> Any:
    """Without made-up titles, and defaults that a file could not hold (durations and scaled numbers are integers)."""
    if isinstance(node, list):
        return [_told(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _told(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}
    texts = node.get("type") == "string" or "anyOf" in node or node.get("type") == "number"
    if texts and isinstance(kept.get("default"), int) and not isinstance(kept["default"], bool):
        del kept["default"]
    return kept


def stale() -> list[str]:
    """Names of the schemas whose file is not what their model gives."""
    def current(name: str) -> str:
        file = FOLDER / f"{name}.schema.json"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    return [name for name, model in models().items() if current(name) != schema_text(name, model)]


def main() -> int:
    old = stale()
    if "--check" in sys.argv[1:]:
        print("\n".join(f"{name}.schema.json is not current" for name in old) or "all schemas are current")
        return bool(old)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, model in models().items():
        (FOLDER / f"{name}.schema.json").write_text(schema_text(name, model), encoding="utf-8")
    print(f"written: {', '.join(models())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
