"""Who the people are: passwords, pauses between attempts, how long a session lasts, and the providers that vouch for somebody.

What people may is `gateway/roles.py`; what is kept of them is in `gateway/store`; how they are asked is in `gateway/web`.
"""
