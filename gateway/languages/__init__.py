"""The languages of people: catalogues of texts, and how dates, figures and plurals are written in each (docs/languages.md)."""
