"""The exchange's side: session, framing and layout of each dialect, and what its records say.

`catalog` is the door: it names the dialects and gives for each a framer, a session, a parser and a joiner of legs.
"""
