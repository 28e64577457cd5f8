"""Reports that go out by themselves: planned, made in processes, kept for some days, and brought to whoever gets them.

`planning` writes each run down once, `making` has its files made, `ways` and the modules beside it bring them out, one attempt at
a time; the tries and their end are those of every notice (`gateway/watch/deliveries.py`).
"""
