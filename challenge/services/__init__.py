"""Changes to the state of the challenge. Nothing else writes to its tables.

Every function takes and returns plain values or rows, and does not depend on requests or tasks. If the process dies at
any line, the database is still consistent.
"""
