"""The night audit as pure decisions: when a business day ends, what its sheet adds up to, and what a difference is."""
