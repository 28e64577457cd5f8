"""Our SOAP door: the same questions and changes as /api/v1, by a contract (`contract/`) that other stacks can make clients of.

Document/literal, wrapped, SOAP 1.1 and 1.2, at /soap/v1; `?wsdl` shows the contract. Every request is judged by the schema
before anything is done; DTDs and entities are refused; a fault carries the sentence and a status.
"""
