"""HMA's API over a bank: clients of Meta's Hasher-Matcher-Actioner work unchanged."""
