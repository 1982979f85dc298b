"""Search among known hashes: every one within a distance is found, and a change costs no rebuild."""
