"""What a board's processor runs: the reference firmware of the main processor, and what it needs from its board."""
