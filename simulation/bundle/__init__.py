"""A bundle and receipts written from `docs/reference/bundle-format.md` and C2SP alone, without any code of Waarmerk.

That somebody else can write what `waarmerk verify` accepts is the point: nothing here is shared with `src/`.
"""
