"""What changes the state of the challenge. Nothing else writes to its tables.

Every function takes and returns plain values or rows, knows nothing of requests or tasks, and leaves
a consistent database behind if the process dies at any line.
"""
