"""A PMS that is asked over SOAP: OPERA's web services (OWS 5.1) or Guestline Rezlynx, with folios and every bad habit.

It answers by the contract files of `pms_adapters/soap/wsdl` and shares nothing else with our own client: it reads and
writes with lxml and checks each request against the schemas, as the adapters do with zeep.
"""
