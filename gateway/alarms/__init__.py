"""What makes an alarm, how long it stays one, and what is said of it. Pure: facts and the time come in, values go out."""
