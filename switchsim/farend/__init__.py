"""The far end: the network on the other side of the lines, and the people - callers and agents."""
