"""The real `foliogate run`, between real sockets and on a real disk, killed, stopped, starved of space and cut off."""
