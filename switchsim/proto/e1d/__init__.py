"""The control protocol of osmo-e1d: programs built on Osmocom's libraries open timeslots of E1 lines with it."""
