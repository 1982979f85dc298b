"""What a medium is recognised by: one file a signal, each hashes, compares, parses and prints."""
