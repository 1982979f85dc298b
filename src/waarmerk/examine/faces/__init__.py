"""Faces: found by a finder chosen by name, linked into tracks, cut out by one margin rule."""
