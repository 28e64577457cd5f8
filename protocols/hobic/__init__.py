"""HOBIC: one printed line for each priced call, from a call-accounting system to a hotel's PMS, as both ends see it.

It is older than any standard and every vendor has a line of his own, so the line is a template (`lines`); how it travels
is one of two framings with or without acknowledgement (`wire`), and what the sender may conclude is a machine (`sender`).
"""
