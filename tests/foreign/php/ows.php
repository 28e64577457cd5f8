<?php
/* OPERA Web Services by PHP's own SoapServer: who is in a room, charges by reservation, bills by window, routing. */

require __DIR__ . '/book.php';

class Opera
{
    public function OGHeader($header)
    {
        $user = $header->Authentication->UserCredentials ?? null;
        if (getenv('PASSWORD') && ($user->UserPassword ?? '') !== getenv('PASSWORD')) {
            throw new SoapFault('Client', 'Invalid user name or password');
        }
    }

    public function FutureBookingSummary($asked)
    {
        $mood = mood('FutureBookingSummary');
        spoil_before($mood);
        spoil_after($mood);
        $room = $asked->AdditionalFilters->RoomNumber ?? '';
        $guests = guests_in($room);
        $found = array_map(fn ($guest) => [
            'UniqueIDList' => ['UniqueID' => $this->numbers($guest['reservation'])],
            'RoomStays' => ['RoomStay' => [[
                'RoomTypes' => ['RoomType' => [['RoomNumber' => [$guest['room']]]]],
                'TimeSpan' => ['StartDate' => $guest['arrival'], 'EndDate' => $guest['departure']],
            ]]],
            'reservationStatus' => 'INHOUSE', 'computedReservationStatus' => 'INHOUSE',
            'noPost' => !empty($guest['no_post']), 'shareExists' => count($guests) > 1,
        ], $guests);
        return ['Result' => ['resultStatusFlag' => 'SUCCESS'], 'HotelReservations' => ['HotelReservation' => $found]];
    }

    public function PostCharge($asked)
    {
        $mood = mood('PostCharge');
        spoil_before($mood);
        if (($mood['what'] ?? '') === 'refuse') {
            return ['Result' => $this->no($mood['code'] ?? 'PROPERTY_RESTRICTED', $mood['text'] ?? 'Refused')];
        }
        $guest = guest_of($this->reservation($asked->Posting->ReservationRequestBase));
        if ($guest === null || !empty($guest['no_post'])) {
            return ['Result' => $guest === null ? $this->no('NOT_FOUND', 'Reservation not found') : $this->no('NO_POST', 'No posting')];
        }
        $number = write_line([
            'room' => $guest['room'], 'reservation' => $guest['reservation'], 'window' => $asked->Posting->FolioViewNo ?? 1,
            'code' => $asked->Account ?? '', 'article' => $asked->Article ?? '', 'amount' => (string) $asked->Posting->Charge,
            'text' => $asked->Posting->ShortInfo ?? '', 'reference' => $asked->Posting->LongInfo ?? '',
        ]);
        spoil_after($mood);
        return [
            'ReservationID' => ['UniqueID' => $this->numbers($guest['reservation'])],
            'Result' => ['resultStatusFlag' => 'SUCCESS', 'IDs' => ['IDPair' => [['idType' => 'POSTING', 'operaId' => $number]]]],
        ];
    }

    public function Invoice($asked)
    {
        $mood = mood('Invoice');
        spoil_before($mood);
        spoil_after($mood);
        $bills = [];
        foreach (lines_of($this->reservation($asked->ReservationRequest)) as $line) {
            $bills[$line['window']][] = [
                'Date' => date('Y-m-d'), 'Time' => date('H:i:s'), 'Description' => 'Telephone',
                'TransactionCode' => $line['code'], 'TransactionNo' => (string) $line['number'],
                'Supplement' => $line['text'], 'Reference' => $line['reference'], 'OriginalRoom' => $line['room'],
                'Amount' => ['_' => (float) $line['amount']],
            ];
        }
        $invoices = [];
        foreach ($bills ?: [1 => []] as $window => $items) {
            $invoices[] = ['BillItems' => $items, 'FolioViewNo' => $window];
        }
        return ['Invoice' => $invoices, 'Result' => ['resultStatusFlag' => 'SUCCESS']];
    }

    public function PayRouting($asked)
    {
        $mood = mood('PayRouting');
        spoil_before($mood);
        spoil_after($mood);
        $payer = book()['routed'][$this->reservation($asked->ReservationRequest)] ?? null;
        $routes = $payer === null ? [] : [[
            'ToResvNameID' => ['_' => $payer, 'type' => 'EXTERNAL', 'source' => 'RESV_NAME_ID'], 'Window' => 1,
        ]];
        return ['PayRoutings' => $routes, 'Result' => ['resultStatusFlag' => 'SUCCESS']];
    }

    private function reservation($base): string
    {
        return (string) ($base->ReservationID->UniqueID[0]->_ ?? '');
    }

    private function numbers(string $reservation): array
    {
        return [
            ['_' => "C$reservation", 'type' => 'INTERNAL'],
            ['_' => $reservation, 'type' => 'EXTERNAL', 'source' => 'RESV_NAME_ID'],
        ];
    }

    private function no(string $code, string $words): array
    {
        return ['resultStatusFlag' => 'FAIL', 'OperaErrorCode' => $code, 'Text' => ['TextElement' => [['_' => $words]]]];
    }
}

require __DIR__ . '/serve.php';
serve(Opera::class, str_contains($_SERVER['REQUEST_URI'], 'ResvAdvanced') ? 'ows-resvadvanced' : 'ows-reservation');
