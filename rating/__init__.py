"""Calls to money: numbering, tariffs, the rating of one call, and its explanation.

Pure: exact integers inside, time as an argument, tariff text as a mapping name -> bytes that somebody else read.
Nothing here knows a PMS or a database.
"""
