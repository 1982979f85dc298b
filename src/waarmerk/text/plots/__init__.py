"""Plots as inline SVG: one file a kind of plot; `svg` holds what they share."""
