"""The events of the record: what a party did, once, in the past tense.

Rules:
- States (open, overdue, known, restored) are computed from events, never stored.
- Persons are pseudonyms; no media, no name, address, URL or free text of users is in an event. Text that the law
  makes public, the statement of reasons, is the exception.
- Nothing is rewritten: an error is a `record.corrected`, and an audit shows both.
- Every kind says its version in `v`; a change of a kind is a new version and a decision (`docs/adr`).
"""
