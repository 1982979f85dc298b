"""Analyzers: each looks for one kind of evidence. Found by name through entry points (`registry`)."""
