"""An append-only Merkle log of bytes, as the C2SP specifications have it; it knows nothing of deepfakes.

The chapters, lowest first: `merkle` (hashes and proofs), `tiles` (paths and bundles), `tree` (the right edge),
`keys`, `note`, `checkpoint`, `proof` (what is signed and shown), `storage`, then `sequencer` (writes), `reader`
(proves), `fsck` (rebuilds), `witness` (cosigns) and `server`. Standard library and `cryptography` alone.
"""
