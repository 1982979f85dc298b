"""An append-only Merkle log of bytes, as the C2SP specifications have it; it knows nothing of deepfakes.

The chapters, lowest first: `merkle` (hashes and proofs), `tiles` (paths and bundles), `tree` (the right edge);
`keys`, `note`, `checkpoint`, `proof` (what is signed and shown); `storage`, `posix` (where it lies); `journal`,
`keyring`, `sequencer` (write); `reader` (proves), `fsck` (rebuilds), `witness` (cosigns), `cosign` (asks one to);
`sites`, `wire` (HTTP). Standard library and
`cryptography` alone.
"""
