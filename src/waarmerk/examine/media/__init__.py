"""The stranger's file: opened, measured and decoded in a jailed child, handed over as pieces."""
