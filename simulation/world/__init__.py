"""The world around a platform: who uploads, notifies, orders, complains and looks, and when.

Rules:
- The world's people know what things are (`Nature`) and keep what they get; they see a platform only through
  `acts.Platform` and the mails it sends them, so that the simulated platform can be replaced by a real one.
- Everything is drawn from one seed, a stream of chance a purpose: what one actor draws moves nobody else's draws.
- Time is simulated milliseconds; nothing reads a clock.

The chapters: `clock`, `chance`, `words`, `acts` (the border), `people`, `uploaders`, `askers`, `notebooks` (what each
holds in the end).
"""
