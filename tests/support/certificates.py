"""Test authorities and signed media; the demo's own, so that both sign alike."""

from examples.demo.certificates import C2PA_SIGNING, Authority, authority, signed

__all__ = ["C2PA_SIGNING", "Authority", "authority", "signed"]
