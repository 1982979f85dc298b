"""An examination as terminal text, JSON and one self-contained page."""
