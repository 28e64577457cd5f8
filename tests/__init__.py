"""The tests mirror the packages; `contract`, `acceptance`, `browser`, `bench` and `architecture` stand beside them.

Each module opens with the promise that it protects. What guards every test is in `conftest.py`, the foreign programs
that some need are in `peers.py` and `postgres.py`.
"""
