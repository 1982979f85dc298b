"""The audit: obligations as tests that an outsider runs over a platform's record.

`load` verifies a bundle and holds what obligations read; `obligations` has one file an article; `run` makes working
papers of them with `figures` and a suggested conclusion.
"""
