<?php
/* What a hotel's PMS knows, in one JSON file, so that every worker of the server and the test see the same. */

function book(callable $change = null): array
{
    $file = fopen(getenv('BOOK'), 'c+');
    flock($file, LOCK_EX);
    $book = json_decode(stream_get_contents($file), true) ?? [];
    $book += ['guests' => [], 'lines' => [], 'mood' => null, 'sessions' => [], 'asked' => [], 'routed' => []];
    if ($change !== null) {
        $change($book);
        ftruncate($file, 0);
        rewind($file);
        fwrite($file, json_encode($book));
        fflush($file);
    }
    flock($file, LOCK_UN);
    fclose($file);
    return $book;
}

/* The mood of this request, counted off: ['what' => ..., 'times' => n, ...] or null. A mood may be for one operation alone. */
function mood(string $operation): ?array
{
    $mine = null;
    book(function (array &$book) use ($operation, &$mine) {
        $book['asked'][] = $operation;
        $mood = $book['mood'];
        if ($mood === null || ($mood['on'] ?? $operation) !== $operation || ($mood['times'] ?? 1) < 1) {
            return;
        }
        $mine = $mood;
        $book['mood']['times'] = ($mood['times'] ?? 1) - 1;
    });
    return $mine;
}

/* What goes wrong before anything is booked. */
function spoil_before(?array $mood): void
{
    switch ($mood['what'] ?? '') {
        case 'close-before':
            posix_kill(getmypid(), SIGKILL);
        case 'deaf':
            sleep($mood['seconds'] ?? 60);
            exit;
        case 'fault':
            throw new SoapFault('Server', $mood['text'] ?? 'System.Web.Services: something broke');
    }
}

/* What goes wrong after it is booked. */
function spoil_after(?array $mood): void
{
    switch ($mood['what'] ?? '') {
        case 'close-after':
            posix_kill(getmypid(), SIGKILL);
        case 'silence':
            sleep($mood['seconds'] ?? 60);
            exit;
        case 'half':
            header('Content-Type: text/xml; charset=utf-8');
            header('Content-Length: 4000');
            echo '<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>';
            exit;
        case 'html':
            header('Content-Type: text/html');
            echo '<html><body>Please sign in to the hotel network</body></html>';
            exit;
        case '500':
            http_response_code(500);
            header('Content-Type: text/html');
            echo '<h1>Server Error in /OWS_WS_51 Application</h1>';
            exit;
    }
}

function guests_in(string $room): array
{
    return array_values(array_filter(book()['guests'], fn ($guest) => $guest['room'] === $room));
}

function guest_of(string $reservation): ?array
{
    foreach (book()['guests'] as $guest) {
        if ((string) $guest['reservation'] === $reservation) {
            return $guest;
        }
    }
    return null;
}

/* Writes a line on a folio and returns its number; a routed reservation's charges stand on another's folio. */
function write_line(array $line): int
{
    $number = 0;
    book(function (array &$book) use ($line, &$number) {
        $line['number'] = $number = count($book['lines']) + 1;
        $line['reservation'] = $book['routed'][$line['reservation']] ?? $line['reservation'];
        $book['lines'][] = $line;
    });
    return $number;
}

function lines_of(string $reservation): array
{
    return array_values(array_filter(book()['lines'], fn ($line) => (string) $line['reservation'] === $reservation));
}
