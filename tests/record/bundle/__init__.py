"""Bundles of the record."""
