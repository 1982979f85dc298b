"""Who is told what: messages with receipts, webhooks to the platform, statements to the Commission's database."""
