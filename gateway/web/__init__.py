"""The pages that people see, and the small API that programs read: the store and the live status, shown.

What is shown is read from snapshots of the store in threads and from `Status` on the reactor's thread; what people
decide is written into the store as a command that the gateway carries out. This room decides nothing about money, and
it never reaches into intake or posting: `House` is all it knows of the gateway it runs in.
"""
