"""A simulated platform: honest unless a habit of negligence is switched on; whatever it does it records.

It meets `simulation.world.acts.Platform` and can be replaced by a client of a real one. The chapters, in the order of
a case: `recorder` (the log), `setting` (what the service declares), `items`, `known` (the bank), `intake`, `staff`
(shifts and queues), `desk` (decisions), `telling` (mails), `database` (statements of reasons), `complaints`,
`checking` (samples, corrections), `report`, and `habits` (what it may do wrong).
"""
