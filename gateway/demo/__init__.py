"""The demo: a hotel on one machine, whose exchange, gateway and PMS are three processes that anyone can watch and break.

The gateway in it is the product, started as a hotel would start it; nothing in the product knows that it is shown.
What is the demo's own is here: the folder with a configuration and 60 days behind it, the supervision of the
processes, the three ledgers side by side with the balance between them, and one page.
"""
