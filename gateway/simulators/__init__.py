"""A telephone exchange and a PMS that exist only on this machine: to rehearse, to test, and to break things on purpose.

They are processes of their own and speak to the gateway over sockets and files alone; nothing of the gateway's
decisions is imported here, so that a mistake there cannot hide itself in its own mirror. What they share with it are
the FIAS codec and link table of `protocols`, which are made for both roles.
"""
