"""Price lists of carriers, in the layouts they come in, made into decks of a tariff folder.

`layouts` knows the columns, `cells` reads what stands in one, `reading` a whole sheet, `changes` compares the outcome
with the deck that stands, `folder` writes it into the texts of the tariff, with the old deck kept for the calls of
its time. `warnings` looks at the decks that are in force. A sheet comes as text, cell by cell: who opens a file is
outside (`gateway/deck_files.py`).

An import is all or nothing: one bad row, and nothing comes of it but the list of every bad row.
"""
