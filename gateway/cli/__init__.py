"""The command line: one module for each command, and `words` for how they speak."""
