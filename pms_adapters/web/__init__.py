"""PMS that are asked over HTTP, in SOAP or REST: one exchange, how their link stands, and the options they share."""
