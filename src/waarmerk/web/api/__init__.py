"""The API, version 1: what a platform, a trusted flagger, an authority and an auditor call."""
