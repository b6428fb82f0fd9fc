"""Acceptance curves as a picture: PNG or SVG by the file's name. The one place that imports matplotlib, an extra."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from switchsim.errors import BadInput, OutputError
from switchsim.sweeps.axes import Axis
from switchsim.sweeps.measure import Point

FORMATS: Final = (".png", ".svg")
ADVICE: Final = "pip install 'switchsim[plots]'"
STYLE: Final[dict[str, dict[str, Any]]] = {
    "switchsim": {"color": "#0b5fa5", "marker": "o", "linewidth": 1.8, "markersize": 3.5},
    "libspandsp": {"color": "#c8651b", "marker": "s", "linewidth": 1.2, "markersize": 3},
}


def check_picture(path: Path) -> None:
    """Raises BadInput, before anything is measured, when no picture can be drawn to this file."""
    if path.suffix.lower() not in FORMATS:
        raise BadInput.one(str(path), "is no picture that can be drawn", "a name that ends in .png or .svg")
    if not path.parent.is_dir():
        raise BadInput.one(str(path), "its folder is not there", "a file in a folder that is")
    _library()


def _library() -> Any:
    try:
        import matplotlib
    except ImportError:
        raise BadInput.one("matplotlib", "is not installed", "it, to draw curves", ADVICE) from None
    return matplotlib


def draw(path: Path, axis: Axis, points: Sequence[Point], title: str) -> None:
    """Percent accepted over the axis, a curve a receiver; raises OutputError when the file can not be written."""
    matplotlib = _library()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "switchsim", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(7.2, 3.8), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        chart = figure.add_subplot()
        for name in points[0].accepted:
            chart.plot([float(point.value) for point in points], [point.accepted[name] for point in points], label=name,
                       **STYLE[name])
        chart.set(title=title, xlabel=axis.says, ylabel=f"% accepted: {axis.accepted}", ylim=(-3, 103))
        chart.grid(alpha=0.3)
        chart.legend(loc="best")
        try:
            figure.savefig(path, format=path.suffix[1:].lower(), metadata=_without_date(path))
        except OSError as error:
            raise OutputError(f"{path}: could not be written: {error.strerror or error}") from None


def _without_date(path: Path) -> dict[str, None] | None:
    """The same curves give the same file."""
    return {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None}
