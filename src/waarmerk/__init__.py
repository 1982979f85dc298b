"""Waarmerk (Dutch for "hallmark"): act against harmful deepfake video, and test whether a platform did."""

__version__ = "0.1.0"
