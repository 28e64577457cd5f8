"""The sites, started once, and the browser, once for a module of tests; a fresh window for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.site import Looking, SiteProcess, running_browser, running_site


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A Chromium for the module: Playwright keeps an event loop running while it lives."""
    with running_browser(chromium) as running:
        yield running


@pytest.fixture(scope="session")
def still_site() -> Iterator[SiteProcess]:
    """A site whose house nobody changes, for all tests that only look."""
    with running_site() as running:
        yield running


class Sites:
    """The process behind `site`: kept from test to test, because starting it takes longer than a test."""

    def __init__(self) -> None:
        self._running: SiteProcess | None = None
        self._open = ExitStack()

    def fresh(self) -> SiteProcess:
        """A house that no test has changed."""
        if self._running is None or self._running.stopped:
            self._running = self._open.enter_context(running_site())
        else:
            self._running.renew()
        return self._running

    def close(self) -> None:
        """End the processes."""
        self._open.close()


@pytest.fixture(scope="session")
def sites() -> Iterator[Sites]:
    """Where houses come from."""
    made = Sites()
    yield made
    made.close()


@pytest.fixture
def site(sites: Sites) -> SiteProcess:
    """A site with a house of its own, for a test that changes it."""
    return sites.fresh()


@contextmanager
def window(browser: Browser, site: SiteProcess) -> Iterator[Looking]:
    """A window on a site; whatever goes wrong in it fails the test."""
    # The clerk's machine may be set to any zone: the pages speak in the hotel's.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="America/New_York")
    made = Looking(context.new_page(), site)
    made.listen()
    yield made
    context.close()
    assert made.wrong == []


@pytest.fixture
def looking(browser: Browser, site: SiteProcess) -> Iterator[Looking]:
    """A window on a house that the test changes."""
    with window(browser, site) as made:
        yield made


@pytest.fixture
def reading(browser: Browser, still_site: SiteProcess) -> Iterator[Looking]:
    """A window on a house that stands still."""
    with window(browser, still_site) as made:
        yield made
