"""The console: those who decide log in, take a case from the queue, look, and decide in two keys."""
