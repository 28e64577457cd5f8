"""The first meeting with an exchange, over real sockets and a real cable."""
