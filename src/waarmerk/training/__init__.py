"""Recipes that make and train the shipped networks; run with the extra train."""
