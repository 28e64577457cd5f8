"""Reports: one value says what was found; page, PDF, work book, CSV and JSON are writers of it.

`values.py` is that value, `kinds/` make it from what the store answers, `writing.py` names the writers. A number is
counted once, when the value is made: a writer decides how it looks and never what it is.
"""
