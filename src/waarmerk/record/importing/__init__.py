"""Exports of other tools become events, through a map that whoever answers for it can read (`docs/adr/0014`).

Rules:
- An imported event says what its source says and lacks the rest; nothing is made up.
- A line that the map has no answer for is named with file, line and reason, and nothing of it is recorded.
- The same line brought again doubles nothing; the same record of the source with another content is named.
"""
