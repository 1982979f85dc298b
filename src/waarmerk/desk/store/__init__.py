"""What the desk keeps: one database (SQLite or PostgreSQL), one transaction at a time, media beside it."""
