"""The command line: one lazily imported file a command group, no logic."""
