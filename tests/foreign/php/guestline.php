<?php
/* Guestline Rezlynx by PHP's own SoapServer: sessions, charges by room, extension and booking, bills. */

require __DIR__ . '/book.php';

class Rezlynx
{
    public function LogIn($asked)
    {
        spoil_before(mood('LogIn'));
        if ($asked->Password !== (getenv('PASSWORD') ?: 'secret')) {
            return ['LogInResult' => $this->no(7001, 'Invalid operator or password')];
        }
        $session = bin2hex(random_bytes(8));
        book(function (array &$book) use ($session) {
            $book['sessions'][] = $session;
        });
        return ['LogInResult' => $this->yes(), 'SessionID' => $session];
    }

    public function pmschg_PostToRoom($asked)
    {
        $mood = mood('pmschg_PostToRoom');
        spoil_before($mood);
        if (($refusal = $this->refusal($asked, $mood)) !== null) {
            return ['pmschg_PostToRoomResult' => $refusal];
        }
        $guest = $this->found($asked->PostingMethod, $asked->PostingParameter);
        if ($guest === null || !empty($guest['no_post'])) {
            $words = $guest === null ? 'Room is not occupied' : 'Posting not allowed';
            return ['pmschg_PostToRoomResult' => $this->no($guest === null ? 30001 : 30002, $words)];
        }
        $items = $asked->Transactions->FinancialTransaction ?? [];
        foreach (is_array($items) ? $items : [$items] as $item) {
            write_line([
                'room' => $guest['room'], 'reservation' => $guest['reservation'], 'window' => $asked->FolioID ?? 1,
                'code' => $item->AnalysisCode, 'text' => $item->Description ?? '', 'amount' => (string) $item->GrossTotal,
                'reference' => $asked->Header->ExternalInvoiceNo ?? '',
            ]);
        }
        spoil_after($mood);
        return ['pmschg_PostToRoomResult' => $this->yes()];
    }

    public function pmsbkg_RoomFolioInfo($asked)
    {
        $mood = mood('pmsbkg_RoomFolioInfo');
        spoil_before($mood);
        if (($refusal = $this->refusal($asked, $mood)) !== null) {
            return ['pmsbkg_RoomFolioInfoResult' => $refusal];
        }
        $guest = $this->found($asked->RetrievalMethod, $asked->RetrievalParameter);
        if ($guest === null) {
            return ['pmsbkg_RoomFolioInfoResult' => $this->no(30001, 'Room is not occupied')];
        }
        $persons = [];
        foreach (guests_in($guest['room']) as $at => $one) {
            $persons[] = ['Surname' => $one['name'], 'PostsAllowed' => empty($one['no_post']) ? 1 : 0, 'Number' => $at + 1];
        }
        return ['pmsbkg_RoomFolioInfoResult' => $this->yes(), 'RoomFolioInfo' => [
            'RoomBookRef' => $guest['reservation'], 'Arrival' => $guest['arrival'], 'Departure' => $guest['departure'],
            'RoomFolioItems' => ['cpmsbkg_RoomFolioInfo_FolioItem' => $persons],
        ]];
    }

    public function pmsbkg_RoomFolioItemsAndBalance($asked)
    {
        $mood = mood('pmsbkg_RoomFolioItemsAndBalance');
        spoil_before($mood);
        if (($refusal = $this->refusal($asked, $mood)) !== null) {
            return ['pmsbkg_RoomFolioItemsAndBalanceResult' => $refusal];
        }
        $items = [];
        $balance = 0;
        foreach (book()['lines'] as $line) {
            if ($line['room'] === $asked->RoomID && (int) $line['window'] === (int) ($asked->FolioID ?? 1)) {
                $balance += (float) $line['amount'];
                $items[] = [
                    'iTransID' => $line['number'], 'dtTimestamp' => date('c'), 'strAnalCode' => $line['code'],
                    'strBookRef' => $line['reservation'], 'iFolioID' => $line['window'], 'strRoomID' => $line['room'],
                    'strDescription' => $line['text'], 'dQuantity' => 1, 'cGrossTotal' => $line['amount'],
                ];
            }
        }
        return ['pmsbkg_RoomFolioItemsAndBalanceResult' => $this->yes(), 'RoomFolioItemsAndBalance' => [
            'Items' => ['cpmsbkg_RoomFolioItemsAndBalance_Item' => $items], 'Balance' => $balance,
        ]];
    }

    public function pmsint_GetResidents($asked)
    {
        $mood = mood('pmsint_GetResidents');
        spoil_before($mood);
        if (($refusal = $this->refusal($asked, $mood)) !== null) {
            return ['pmsint_GetResidentsResult' => $refusal];
        }
        $all = array_map(fn ($guest) => [
            'BookRef' => $guest['reservation'], 'Arrival' => $guest['arrival'], 'Departure' => $guest['departure'],
            'Surname' => $guest['name'], 'RoomID' => $guest['room'],
        ], book()['guests']);
        return ['pmsint_GetResidentsResult' => $this->yes(),
            'GetResidents' => ['Residents' => ['cpmsint_GetResidents_ResidentItem' => $all]]];
    }

    private function refusal($asked, ?array $mood): ?array
    {
        if (($mood['what'] ?? '') === 'refuse') {
            return $this->no((int) ($mood['code'] ?? 30003), $mood['text'] ?? 'Refused');
        }
        $known = in_array($asked->SessionID, book()['sessions'], true);
        return $known ? null : $this->no(7007, 'Session has expired');
    }

    private function found(string $method, string $sought): ?array
    {
        if (str_ends_with($method, 'Booking_RoomRef')) {
            return guest_of($sought);
        }
        $extension = str_ends_with($method, 'TelExtNo');
        foreach (book()['guests'] as $guest) {
            if (($extension ? $guest['extension'] ?? $guest['room'] : $guest['room']) === $sought) {
                return $guest;
            }
        }
        return null;
    }

    private function yes(): array
    {
        return ['ExceptionCode' => 0, 'ExceptionDescription' => 'No error'];
    }

    private function no(int $code, string $words): array
    {
        return ['ExceptionCode' => $code, 'ExceptionDescription' => $words];
    }
}

require __DIR__ . '/serve.php';
serve(Rezlynx::class, 'guestline');
