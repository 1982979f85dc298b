"""Published transparency reports: read whatever their form, asked by rules, compared, shown."""
