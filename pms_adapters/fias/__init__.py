"""The FIAS adapter: `adapter` puts the pure pieces beside it (charges, answers, rooms, resync) on a connection."""
