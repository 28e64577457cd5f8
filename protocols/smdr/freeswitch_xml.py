"""What FreeSWITCH writes as XML (mod_xml_cdr): one document a leg. Read without a document type, without entities, without the network."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)
#: What an XML document must not hold: declarations of its own, which can make a small document a huge one.
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def values(document: bytes, variables: Mapping[str, str], profile: Mapping[str, str]) -> dict[str, str] | str:
    """The variables of the call and of the caller's profile when it began, by our names; or a sentence why there are none."""
    if _DECLARES.search(document):
        return "the XML document declares entities or a document type, which no call record does; it is not read"
    try:
        root = etree.fromstring(document, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return "the XML document is broken"
    found = root.find("variables")
    if found is None:
        return "the XML document holds no variables of a call"
    said = {name: (found.findtext(variable) or "").strip() for name, variable in variables.items()}
    profiles = root.findall("callflow/caller_profile")
    first = profiles[-1] if profiles else None
    return said | {
        name: (first.findtext(key) or "").strip() if first is not None else "" for name, key in profile.items()
    }
