"""The one typed object from file and environment; read by the command line (and later the web) alone."""
