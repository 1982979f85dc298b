"""How a file is put together: own parsers in pure Python with strict bounds, run as a reader in the jailed child."""
