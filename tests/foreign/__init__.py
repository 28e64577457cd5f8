"""Foreign SOAP stacks that the tests talk to: PHP's SoapServer and SoapClient, and JAX-WS as a judge of requests.

They share no code with zeep. Their fixtures (`php_ows`, `php_guestline`, `php_client`, `judge`) are there in every
test; a missing program skips the test with the package that brings it (tests/peers.py).
"""
