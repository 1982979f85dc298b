"""People decide: what a case shows them, who may decide it, what becomes of a complaint."""
