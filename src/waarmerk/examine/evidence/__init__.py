"""How strongly findings speak: quality, calibration, fusion, words."""
