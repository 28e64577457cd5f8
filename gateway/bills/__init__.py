"""The bill of a stay, the card of prices and the price of one call: values from what is stored, and papers in the guest's language.

A bill is put together from stored charges alone (`bill.py`, `making.py`), written down when it is final (`issuing.py`), told in
a language (`sheet.py` and what it draws on) and set on paper (`as_pdf.py`; the pages set the same sheet as HTML).
"""
