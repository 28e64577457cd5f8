"""The way of a charge to the folio: the clerk who offers it, what is written down of it, and doubts settled by people."""
