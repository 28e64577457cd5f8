"""FIAS, the language of hotel PMSs, for both ends of a link: bytes to records (`codec`), the dictionary (`records`), the
life of a link (`states`, `link`), serial lines (`serial`) and the AuthKey (`crypt`). The specification is Oracle's "IFC8
FIAS Specification" 2.20.25 (May 2022)."""
