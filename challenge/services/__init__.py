"""Changes to the state of the challenge. Nothing else writes to its tables.

Every function takes and returns plain values or rows, does not depend on requests or tasks, and leaves the database
consistent if the process dies at any line.
"""
