"""A file comes in: opened safely, faces followed, each analyzer looks for one kind of evidence."""
