<?php
/* PHP's own SoapClient, once: php client.php WSDL OPERATION ARGUMENTS-AS-JSON [OPTIONS-AS-JSON]; the answer or the fault as JSON. */

[, $wsdl, $operation, $arguments] = $argv;
$options = json_decode($argv[4] ?? '{}', true);
$headers = [];
foreach ($options['headers'] ?? [] as [$namespace, $name, $value]) {
    $headers[] = new SoapHeader($namespace, $name, json_decode(json_encode($value)));
}
unset($options['headers']);
$options += ['trace' => true, 'cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS];
try {
    $client = new SoapClient($wsdl, $options);
    $answer = $client->__soapCall($operation, [json_decode($arguments)], null, $headers ?: null);
    echo json_encode(['answer' => $answer]);
} catch (SoapFault $fault) {
    echo json_encode(['fault' => ['code' => $fault->faultcode, 'text' => $fault->faultstring, 'detail' => $fault->detail ?? null]]);
}
