"""Lists of known items, in the formats in which they are exchanged: hashes only, never media."""
