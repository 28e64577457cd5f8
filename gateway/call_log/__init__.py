"""The log of calls as a document: which fields it has, what can be asked of it, and how that is written in an address. Pure."""
