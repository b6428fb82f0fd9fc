"""switchsim: a deterministic, cycle-level emulator of a telephone call-centre queue switch."""
