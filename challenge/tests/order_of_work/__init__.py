"""Order in which workers take work: scores first, and nothing waits forever."""
