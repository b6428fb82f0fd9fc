"""The environment sensor board: looks at the temperature every second, alarms while it is above the limit."""

from __future__ import annotations

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site


class SensorState(CommonState):
    air: int = 24  # degrees


class Sensor(Board[SensorState]):
    """Fault point `overheat`: the air has values["degrees"]."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.state = SensorState()

    def started(self) -> None:
        self.start_timer("look", self.kind.timings["look"])

    def stopped(self) -> None:
        self.stop_timer("look")

    def timer(self, name: str) -> None:
        self.state.registers["DEGREES"] = self.state.air
        hot = self.state.air > self.state.registers["LIMIT"]
        was_hot = f"too_hot@{self.path}" in self.state.alarms
        if hot and not was_hot:
            self.see_defect("temperature", self.path)
            self.raise_alarm("too_hot", self.path, f"{self.state.air} degrees")
        elif was_hot and not hot:
            self.defect_gone("temperature", self.path)
            self.clear_alarm("too_hot", self.path)
        self.led("ALM", "red" if hot else "off")
        self.start_timer("look", self.kind.timings["look"])

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        if point != "overheat":
            return super().fault(point, values)
        self.state.air = int(values["degrees"])
        return f"the air has {self.state.air} degrees"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "overheat":
            super().undo(point, values)
            return
        self.state.air = SensorState().air
