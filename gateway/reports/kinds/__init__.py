"""The kinds of report, a module each, listed in `gateway/reports/catalog.py`: what the store answers, made into one value."""
