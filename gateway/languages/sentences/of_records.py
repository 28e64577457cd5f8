"""What the exchanges and the readers of their records say: why a line is no call, what is odd about one that is."""

from __future__ import annotations

from typing import Final

from gateway.languages.spoken import later

#: What an exchange tells, and what was found in its records.
RECORDS: Final = (
    later("an empty ticket"),
    later("a ticket of the exchange's maintenance (MAO), no call"),
    later("a ticket of voice quality (VoIP), no call"),
    later("not a ticket of an OmniPCX Enterprise: its label is '{text}'"),
    later("the ticket is of version {text}; only ED5.2 can be read"),
    later("a type of call from 0 to 15"),
    later("a number of seconds"),
    later("year, month, day and a time of day"),
    later("a line of column titles"),
    later(
        "not a row of Master.csv, which has 16 to 21 columns between commas with text in quotation marks; the "
        "line begins with {text}"
    ),
    later("a greeting of the manager interface"),
    later("a manager event: {what}"),
    later("a manager response: {what}"),
    later("the clock showed {text} twice that night; the first time is taken"),
    later("a whole number"),
    later("the disposition is {disposition} and the talk time {talk} seconds: answered or not is not known"),
    later("not a row of cel_custom, which has 20 columns; it begins with {text}"),
    later("an event of a channel: {event}"),
    later("seconds since 1970, a point and a number"),
    later("no hang-up of the trunk was told; its time is taken up to the end of the call"),
    later("a date record: the day of the records after it"),
    later("the record is {number} columns long, cut off before column {least}; the format is {title}"),
    later("a condition code"),
    later("condition 6: the exchange had no room to record calls; those of this time are missing"),
    later(
        "{place} holds '9999': the clock of the exchange was changed during the call, so nobody knows how long "
        "it was; enter the call by hand if it is to be charged"
    ),
    later("no date was seen yet: this format holds none, and no date record came before this record"),
    later("hours, minutes and tenths of a minute, like 0083"),
    later("the last date record says {midnight}, but there the call would end in the future; the day before is taken"),
    later("lastdata does not tell what was sent to the trunk; what the extension dialled is taken"),
    later("several numbers were dialled at once over this trunk; which of them answered is not told"),
    later("the value of {column}"),
    later("a message of the router that is no call: {text}"),
    later("not a syslog line of a Cisco router; it begins with {text}"),
    later("a time with its zone, day, month and year"),
    later("the router's clock was not set by a time server when this call was written"),
    later("a part of a conference: whether its trunk was called out stands in the parts before it"),
    later("a line of column types"),
    later("a record of the quality of a call (CMR), which costs nothing"),
    later("stands under no line of column titles, which is the first of each file"),
    later("does not fit the line of column titles above it"),
    later("the row {missing}; it begins with {text}"),
    later("seconds since 1970"),
    later("the document is longer than {most} bytes; only its first {kept} are kept"),
    later("{place} holds {held}, expected {expected}"),
    later("minutes and seconds"),
    later("a time of day"),
    later("the number {text} holds other signs than digits; they are left out"),
    later("a date between {first_year} and {last_year}"),
    later("a month and a day"),
    later("the clock never showed {text}: it was put forward over it"),
    later("the variable {name}"),
    later(
        'neither a document nor a row of the templates "example" (15 columns) and "asterisk" (18 columns); it '
        "begins with {text}"
    ),
    later("the JSON document is broken, or holds no variables of a call"),
    later("several numbers were tried; which of them answered is not told, the first is taken"),
    later("several gateways were tried; which of them took the call is not told, the first is taken"),
    later("the XML document declares entities or a document type, which no call record does; it is not read"),
    later("the XML document is broken"),
    later("the XML document holds no variables of a call"),
    later("the JSON object is broken, or holds no call"),
    later("stands under no line of column titles"),
    later("not a line of this template: {why}; it begins with {text}"),
    later("the column {column}"),
    later("the line has {number} field between commas; an IP Office record has at least 17"),
    later("the line has {number} fields between commas; an IP Office record has at least 17"),
    later("the name of party 1 holds a comma; the fields behind it were found by their contents"),
    later("the name of party 2 holds a comma; the fields behind it were found by their contents"),
    later("the call units hold {text}, not a whole number; they are left out"),
    later("column {number} ({words})"),
    later("columns {first}-{last} ({words})"),
    later("the record is {number} columns long, cut off before column {least}; the form is {title}"),
    later("a blank line"),
    later("a ruled line"),
    later("a record followed the one that said it was the last of the call"),
    later("this call was handed on, and no record tells whether it came in or went out"),
    later("{number} records tell of the same stretch of trunk; the time that any of them covers counts once"),
    later("the records of this call name different numbers; the call is charged under the first"),
    later(
        "not in any form of a Mitel record: date, time and duration are not in their columns; the line begins "
        "with {text}"
    ),
    later("the duration {text} stands for {hours} hours or more; {hours2} hours are counted"),
    later("the long-call mark {mark} does not agree with the duration of {seconds} seconds"),
    later("a time between {first_year} and {last_year}, in seconds since 1970"),
    later("the field {name}"),
    later("not in any form of a NEC record: no type KA to KM stands behind the addresses; it begins with {text}"),
    later("month, day, hour, minute and second"),
    later("start and end, 17 digits each"),
    later("the call ends before it began: the clock of the exchange was put back during it"),
    later("the other end does not speak like a NEC exchange: no frame is among what it sends"),
    later("the head of a page: the day of the rows below it"),
    later("the titles of a page"),
    later("the second line of the row before it: the caller's name"),
    later("BFL: the buffer of the exchange was full; calls are missing"),
    later("not a row of a NEC page: class and time are not in their columns; it begins with {text}"),
    later("a class like POT, PIN or ICM"),
    later("no date was seen yet: the row has none, and no head of a page came before it"),
    later("by the head of its page the row would lie in the future; the day before is taken"),
    later("whether this call, which was handed on, came in or went out is not told by any row before it"),
    later("an authorisation code was entered; the call has a record of its own"),
    later("an account code was entered; the call has a record of its own"),
    later("an account code was entered in a conference; the call has a record of its own"),
    later("the number of a caller; the call has a record of its own"),
    later("a queue's call was put into a conference"),
    later("a queue's call was connected to an agent"),
    later("a queue's call was handed on"),
    later("the exchange was started anew, or its clock was set"),
    later("a time stamp of the exchange"),
    later("a feature of the public network was used"),
    later("a record of a station's activity (D): whether another record tells of the same call is not known"),
    later("a record of a data call inside (G), whose columns are not known here"),
    later("a record of a data call outside (H), whose columns are not known here"),
    later("not a Nortel record: no type, number and customer at its head; it begins with {text}"),
    later(
        "a record of type {kind} that has not the parts of the old format: two parties, date, time and duration; "
        "behind its head stands {rest}"
    ),
    later("a record of type {kind} without date and time; behind its head stands {rest}"),
    later("the exchange has been silent for two minutes; it asks every half minute while it is well"),
    later("the exchange is out of step: a message cannot be so long; it is dialled again"),
    later("this is the standby CPU of the exchange; the tickets come from the main one"),
    later("the other end does not answer like an OmniPCX Enterprise"),
    later("bytes that are no ticket"),
    later("the log-in to the exchange's terminal"),
    later("not in any pattern of a Panasonic record: date and time are not in their columns; it begins with {text}"),
    later(
        "{place} holds {date}: the clock of the exchange was changed too often during the call; enter it by hand "
        "if it is to be charged"
    ),
    later("the row is {width} columns long, cut off before its duration in column {end}"),
    later("an incoming call was received; its own row follows"),
    later("somebody logged in at this telephone"),
    later("somebody logged out at this telephone"),
    later("the room was checked in at a telephone"),
    later("the room was checked out at a telephone"),
    later("a wake-up call began"),
    later("a wake-up call was answered"),
    later("a wake-up call was not answered"),
    later("a row that is no call"),
    later("a date written {order}, two digits each"),
    later("a time of day of twelve hours"),
    later("the trunk 00 stands for any trunk from 100 on"),
    later("the exchange keeps digits of {text} secret; what is left is not the number dialled"),
    later("the peer does not prompt like a Panasonic terminal: {text}"),
    later(
        "the exchange did not take the password of its terminal; after some wrong ones it locks its port for a while"
    ),
    later("a telephone came into its group"),
    later("a telephone left its group"),
    later("a telephone was set not to be disturbed"),
    later("a telephone may be disturbed again"),
    later("the head of a page"),
    later("the record has {number} bytes with its end; an OfficeServ writes 122 or 154"),
    later("the peer is no Asterisk manager interface: it greets with '{text}'"),
    later("it gives no reason"),
    later("Asterisk refused the log-in of the user {name}: {text}"),
    later("the peer does not answer the log-in, but goes on sending"),
    later("the line has {number} field where {title} are {expected}; it begins with {text}"),
    later("the line has {number} fields where {title} are {expected}; it begins with {text}"),
    later(
        "not in any form of a Unify record: date and time are not at the head of the line, or a field is "
        "missing; the line begins with {text}"
    ),
    later(
        "the info column holds {info}, which neither of the options in and out names; whether the call went out "
        "is not known"
    ),
    later("the pulses hold {text}, not a whole number; they are left out"),
    later("no addresses of carriers are listed under trunks, so whether this went out is not known"),
    later(
        "not a line of Yate's cdrfile, which has 12 columns for a leg and 17 for a whole call; it begins with {text}"
    ),
    later("incoming or outgoing"),
    later("not a JSON object; it begins with {text}"),
    later("an event that is no call record: {event}"),
    later("the JSON object does not say which event it is; a call record has the action NewCdr"),
    later("a whole number of seconds"),
    later("Internal, Inbound or Outbound"),
    later("the status is {status} and the talk time {talk} seconds: answered or not is not known"),
    later("not in the layout of an Avaya record: time and duration are not in their columns; it begins with {text}"),
    later("the record can be read as {formats}; write in the options which layout the exchange sends"),
    later(
        "the lengths of the fields do not come out at the end of the text; if it is so with all, change the option lengths"
    ),
    later(
        "a record of the new format, whose columns are not known here: set FCDR to OLD in LD 17 of the exchange, or the option format to first-line"
    ),
    later("a second or third line of a record of the new format: set the option format, or FCDR to OLD"),
    later(
        "not a Samsung record: date, time and duration are not in their columns; it has {number} bytes with its end, and begins with {text}"
    ),
    later("bytes that are no ticket stand between tickets"),
    later("one of {list}"),
    later("in none of the layout's forms; it begins with {text}"),
    later("does not fit the line of titles above it"),
    later("stands under no line of titles with {titles}"),
    later("whoever took this call over typed more digits, which are no part of the number"),
    later("digits of its number are gone"),
    later("read again as record {number}; at first: {reason}"),
    later("record {number}, read again"),
    later("unread records of {name} were read again: {number} are calls"),
    later("no list {list}"),
    later("no list of records"),
    later("the answer holds {what}"),
    later("the answer is JSON that breaks off or is not well formed"),
    later("the answer is not text in UTF-8"),
)
