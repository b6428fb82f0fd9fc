"""Time: the scheduler, timers, ports, random streams, the journal and snapshots of a whole machine."""
