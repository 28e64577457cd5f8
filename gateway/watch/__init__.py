"""The watch: looks at how things stand, raises and clears alarms, tells people by mail and programs by web hook.

It never stands in the way of a charge: it looks from time to time and at indexes only, nothing is done for each record,
and what fails in it is logged and tried again.
"""
