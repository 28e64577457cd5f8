"""Foreign SOAP stacks that the tests talk to: PHP's SoapServer and SoapClient, and JAX-WS as a judge of requests.

They share no code with zeep. The fixtures `php_ows`, `php_guestline` and `judge` are there in every test, and
`php_peer.php_call` asks any service once; a missing program skips the test with the package that brings it
(tests/peers.py).
"""
