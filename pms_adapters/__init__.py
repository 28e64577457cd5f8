"""One attempt to post a charge to a property-management system, and the room news that comes back.

An adapter knows one PMS's language and nothing of our database; it never retries. Whoever calls owns retry.
"""
