"""What comes in: uploads, notices, orders, complaints, views. Each is one transaction: a row, its event, a task.

Nothing here examines or decides; nobody who brings something waits for more than this one transaction.
"""
