"""The sentences that the store keeps in English, by what they are about: `gateway/languages/kept.py` says them again."""
