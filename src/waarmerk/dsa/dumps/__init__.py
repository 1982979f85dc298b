"""The Commission's daily dumps of statements of reasons: open, read row by row, count, compare days, show."""
