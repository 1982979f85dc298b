"""What happened, in a log that nobody rewrites unseen."""
