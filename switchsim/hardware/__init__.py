"""The rack: boards in their frames, lines, the switching network. `boards/` holds one file a kind."""
