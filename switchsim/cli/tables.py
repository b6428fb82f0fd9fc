"""Tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click


def show(rows: Sequence[dict[str, object]], as_json: bool, title: str) -> None:
    """Rows with the same keys: a table as wide as the terminal; in a pipe as wide as it needs; or a JSON list."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    table = Table(title=title, title_justify="left")
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*(escape(_shown(value)) for value in row.values()))
    if not console.is_terminal:
        console.width = 240
    console.print(table)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {inner}" for key, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
