"""How well an examination does on a labelled list: figures with intervals, and baselines beside them."""
