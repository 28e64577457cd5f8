<?php
/* One request to the built-in web server: GET /book shows what is known, PUT /book changes it, all else is SOAP. */

function serve(string $service, string $contract): void
{
    if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) === '/book') {
        $change = $_SERVER['REQUEST_METHOD'] === 'PUT' ? json_decode(file_get_contents('php://input'), true) : [];
        header('Content-Type: application/json');
        echo json_encode(book(function (array &$book) use ($change) {
            $book = $change + $book;
        }));
        return;
    }
    ini_set('soap.wsdl_cache_enabled', '0');
    $server = new SoapServer(getenv("WSDL") . "/$contract.wsdl", ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
    $server->setClass($service);
    $server->handle();
}
