"""Networks: a file by its digest, a card that says what it is, a session that runs it."""
