"""PMS that are posted to over SOAP: the transport, what every dialect shares, and one module of mapping for each."""
