// Keeps a page up to date: once a second it fetches the page it stands on and puts what has changed in place; where nothing
// but the frame can change (a report may take a second to count), it fetches the frame alone. A page with
// data-stream is told of its changes instead (server-sent events), piece by piece; where that fails it is fetched as well.
//
// Regions marked data-live are lists of children with ids. A child whose text from the server is the same is left alone,
// so that focus, selection, an open line and what somebody is typing stay; a line that is open stays open and its story
// is fetched again; a form that somebody is filling in is never replaced, it is told to be old. While the page is
// hidden nothing is fetched. Without this script everything is there, it only stands still.
"use strict";

(() => {
  const streamed = document.querySelector("[data-stream]");
  const EVERY = Number(document.querySelector("[data-every]")?.dataset.every) || (streamed ? 5000 : 1000); // between two looks
  const SLOWEST = 15000; // and at most, while there is no answer
  const MARKED = 4000; // how long a new line is marked
  const LIVE = { "x-foliogate-live": "1" }; // this page looks by itself: it keeps no session alive
  const said = new WeakMap(); // an element -> what the server said of it
  const NEED = /^\(\d+\) /; // how much needs a person, at the head of a title
  const FRAME = ["pages", "line", "banners"]; // its regions

  const regions = () => [...document.querySelectorAll("[data-live]")];
  const keyed = (region) => [...region.children].filter((child) => child.id);
  const remember = (root) => keyed(root).forEach((child) => said.set(child, child.outerHTML));

  const typing = (node) => {
    const at = document.activeElement;
    const fields = [...node.querySelectorAll("input:not([type=hidden])")];
    return fields.some((field) => field === at || field.value !== field.defaultValue);
  };

  async function tell(details) {
    const body = details.querySelector(".story");
    if (!details.open || !details.dataset.story || !body || typing(body)) return;
    const answer = await fetch(details.dataset.story, { cache: "no-store" });
    if (!answer.ok || typing(body)) return;
    const open = [...body.querySelectorAll("details")].map((one) => one.open);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    body.replaceChildren(...fresh.body.childNodes);
    [...body.querySelectorAll("details")].forEach((one, at) => { if (open[at]) one.open = true; });
  }

  // Gives an element what the server says of it now. The element itself stays, and with it the focus, on it or on the
  // link within it that leads to the same place (never on the one that now stands where it stood), and what was opened.
  function refill(old, fresh) {
    const focused = document.activeElement;
    const within = old !== focused && old.contains(focused);
    const place = within ? focused.getAttribute("href") : null;
    const line = within && focused.matches("summary.row");
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name));
    old.replaceChildren(...fresh.childNodes);
    [...old.querySelectorAll("details")].forEach((one, at) => { if (open[at]) one.open = true; });
    if (line) old.querySelector("summary.row")?.focus({ preventScroll: true });
    if (place) [...old.querySelectorAll("a")].find((one) => one.getAttribute("href") === place)?.focus({ preventScroll: true });
  }

  function renew(old, fresh) {
    const mine = old.querySelector(":scope > details[data-story]");
    const theirs = fresh.querySelector(":scope > details[data-story]");
    if (!mine || !theirs || !mine.open) {
      refill(old, fresh);
      return;
    }
    old.className = fresh.className;
    refill(mine.querySelector("summary"), theirs.querySelector("summary"));
    tell(mine).catch(() => {});
  }

  function outdated(old) {
    if (old.querySelector(".stale")) return;
    const note = document.createElement("p");
    note.className = "stale";
    note.setAttribute("role", "status");
    note.textContent = document.getElementById("lost").dataset.outdated;
    old.prepend(note);
  }

  function place(region, fresh, first) {
    const known = new Map(keyed(region).map((child) => [child.id, child]));
    let at = region.firstElementChild;
    for (const theirs of [...fresh.children]) {
      const text = theirs.outerHTML;
      let node = known.get(theirs.id);
      known.delete(theirs.id);
      if (node && said.get(node) !== text) {
        if (typing(node)) outdated(node);
        else {
          renew(node, theirs);
          said.set(node, text);
        }
      } else if (!node) {
        node = theirs;
        said.set(node, text);
        if (!first && node.classList.contains("call")) {
          node.classList.add("new");
          setTimeout(() => node.classList.remove("new"), MARKED);
        }
      }
      if (node === at) at = at.nextElementSibling;
      else region.insertBefore(node, at);
    }
    for (const gone of known.values()) {
      if (typing(gone)) outdated(gone);
      else gone.remove();
    }
    for (const other of [...region.children]) if (!other.id) other.remove();
  }

  function take(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const region of regions()) {
      const theirs = fresh.getElementById(region.id);
      if (theirs) place(region, theirs, false);
    }
    for (const mine of streamed?.querySelectorAll("#rack-counts, li[id]") ?? []) {
      const theirs = fresh.getElementById(mine.id);
      if (theirs && theirs.outerHTML !== mine.outerHTML) refill(mine, theirs);
    }
    say(fresh.getElementById("spoken")?.textContent ?? "");
    document.title = (fresh.title.match(NEED)?.[0] ?? "") + document.title.replace(NEED, "");
  }

  function say(words) {
    const spoken = document.getElementById("spoken");
    if (spoken.textContent !== words) spoken.textContent = words;
  }

  // Pieces of a page that have changed, each by its id.
  function patch(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const theirs of [...fresh.body.children]) {
      const mine = document.getElementById(theirs.id);
      if (theirs.id === "page-name") document.title = theirs.textContent;
      else if (theirs.id === "spoken") say(theirs.textContent);
      else if (mine?.matches("[data-live]")) place(mine, theirs, false);
      else if (mine) refill(mine, theirs);
    }
  }

  let source = null;
  let seen = streamed?.dataset.stream.split("known=")[1] ?? "";

  function follow() {
    source = new EventSource(`${streamed.dataset.stream.split("?")[0]}?known=${encodeURIComponent(seen)}`);
    source.addEventListener("pieces", (event) => {
      patch(event.data);
      seen = event.lastEventId;
      answered(true);
    });
    source.addEventListener("reload", () => location.reload());
    source.addEventListener("error", () => {
      answered(false);
      if (source.readyState !== EventSource.CLOSED) return; // the browser comes again by itself
      source = null;
      again();
    });
  }

  function begin() {
    if (streamed && window.EventSource) follow();
    else again();
  }

  let timer = 0;
  let wait = EVERY;
  let lostSince = null;

  function answered(well) {
    const lost = document.getElementById("lost");
    if (well) {
      wait = EVERY;
      lostSince = null;
      lost.hidden = true;
      return;
    }
    wait = Math.min(SLOWEST, wait * 2);
    if (lostSince === null) {
      lostSince = new Date();
      document.getElementById("lost-since").textContent = lostSince.toTimeString().slice(0, 5);
    }
    lost.hidden = false;
  }

  function where() {
    if (streamed || regions().some((region) => !FRAME.includes(region.id))) return location.pathname + location.search;
    const here = document.querySelector("header nav [aria-current]")?.id.slice("nav-".length) ?? "";
    return `/frame?here=${encodeURIComponent(here)}`;
  }

  async function look() {
    timer = 0;
    if (document.hidden) return;
    try {
      const answer = await fetch(where(), { cache: "no-store", headers: LIVE });
      if (answer.redirected) {
        location.reload(); // the session is over: what stands here is not for whoever looks now
        return;
      }
      if (answer.ok || answer.status === 503) take(await answer.text());
      answered(true);
    } catch {
      answered(false);
    }
    again();
  }

  function again() {
    if (!timer && !document.hidden) timer = setTimeout(look, wait);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      timer = 0;
      source?.close();
      source = null;
    } else {
      wait = EVERY;
      if (streamed && window.EventSource) follow();
      else look();
    }
  });

  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (details instanceof HTMLDetailsElement && details.dataset.story) tell(details).catch(() => {});
  }, true);

  regions().forEach(remember);
  if (!document.hidden && (streamed || regions().length)) begin();
})();
