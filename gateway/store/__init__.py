"""The store: every record, call, price, posting, attempt, stay and command, in SQLite or PostgreSQL.

SQL lives in this package and nowhere else. Functions take the connection first, return plain values and never
commit; `Database.transact` is the one place that does.
"""
