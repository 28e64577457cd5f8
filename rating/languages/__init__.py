"""The sentences of explanations, one TOML text for each language."""
