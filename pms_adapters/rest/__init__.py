"""PMSs that are spoken to over REST."""
