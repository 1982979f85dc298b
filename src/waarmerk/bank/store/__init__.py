"""Where banks are kept: entries, their states over time, what was seen and what it matched."""
