"""What keeps the records of an exchange from coming that is asked for them over the web."""

from __future__ import annotations

from typing import Final

from gateway.languages.spoken import later

#: What an exchange answers, and what is said where it does not.
ASKING: Final = (
    later("the exchange does not accept the log-in (401); look at user and password under login"),
    later("the exchange forbids what is asked (403); give this user the right to read call records"),
    later("the exchange knows no such address (404); look at pull"),
    later("the exchange is asked too often (429); it is asked again later, make every longer"),
    later("the exchange answers that its records are at another address ({status}); write that address into pull"),
    later("the exchange has trouble of its own ({status}); it is asked again"),
    later("the exchange answers with status {status}, which is no list of records"),
    later("the exchange answers with a web page and not with records; look at pull and login"),
    later("the exchange sends its answer packed, which was not asked for"),
    later("the exchange does not accept the log-in; look at user and password under login"),
    later("the answer is longer than anybody's calls; ask for a span of time, or for less at once"),
    later("the answer holds no list {what}; it says {words}"),
    later("the answer holds no list {what}"),
    later("the answer is JSON that breaks off or is not well formed"),
    later("the answer is not text in UTF-8"),
    later("the record is longer than {most} bytes; only its first {kept} are kept"),
    later("the exchange cannot be reached: {why}"),
    later("the exchange did not answer within {seconds} seconds"),
    later("the answer of the exchange broke off: {reasons}"),
    later("the connection broke before the exchange answered: {reasons}"),
)
