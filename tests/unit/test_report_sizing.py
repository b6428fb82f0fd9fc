"""The sizing sheet: the example that is known, and what rounding does at the edge."""

from __future__ import annotations

import pytest

from switchsim.report.sizing import Sizing, sizing


def test_twenty_million_customers_need_667_seats() -> None:
    """20,000,000 x 0.003 x 0.2 x 150 / (3600 x 0.75) = 666.67; 500 erlang; three machines of 256 seats."""
    assert sizing(20_000_000, 3_000, 200_000, 150, 750_000) == Sizing(667, 500_000, 12_000, 3)


@pytest.mark.parametrize(("customers", "seats", "machines"), [(15_000, 1, 1), (30_000, 1, 1), (30_001, 2, 1),
                                                               (7_680_000, 256, 1), (7_680_001, 257, 2)])  # fmt: skip
def test_a_seat_more_as_soon_as_it_is_needed(customers: int, seats: int, machines: int) -> None:
    """One seat takes 30,000 customers with these figures: 0.003 x 0.2 x 150 / 2700 = 1/30,000."""
    found = sizing(customers, 3_000, 200_000, 150, 750_000)
    assert (found.seats, found.machines) == (seats, machines)


@pytest.mark.parametrize("given", [(0, 1, 1, 1, 1), (1, 0, 1, 1, 1), (1, 1, 1_000_001, 1, 1), (1, 1, 1, 1, 0),
                                   (1, 1, 1, 1, 1_000_001)])  # fmt: skip
def test_values_that_mean_nothing(given: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        sizing(*given)
