<?php
/* One request to the built-in web server. */

function serve(string $service, string $contract): void
{
    ini_set('soap.wsdl_cache_enabled', '0');
    $server = new SoapServer(getenv("WSDL") . "/$contract.wsdl", ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
    $server->setClass($service);
    $server->handle();
}
