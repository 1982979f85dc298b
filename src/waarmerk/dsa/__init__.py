"""The law's own papers: statements of reasons, the database's dumps, transparency reports, fines."""
