// Keys: / search, g r rooms, g h now, g c calls, g p postings, g t trunks, g a audit, g l alarms, ? the list of keys, Esc back, arrows from line to line.
// Nothing is reachable by key alone; in a field every key but Esc is the field's.
"use strict";

(() => {
  const PLACES = { r: "/rooms", h: "/now", c: "/calls", p: "/postings", t: "/trunks", a: "/audit", l: "/alarms" };
  const PAUSE = 1000; // milliseconds in which the second key of a pair must come
  const keys = document.getElementById("keys");
  const button = document.getElementById("keys-button");
  let began = 0;

  const show = () => { if (!keys.open) keys.showModal(); };
  button.hidden = false;
  button.addEventListener("click", show);

  const inField = (node) => node instanceof HTMLElement && node.matches("input, textarea, select, [contenteditable]");

  // The list of keys that was just closed keeps the focus until the page is drawn again: whoever is quicker is not there.
  const nowhere = (node) => node === document.body || node.matches("main") || keys.contains(node);

  function step(by) {
    const lines = [...document.querySelectorAll(".call summary.row, .posting > a, .card h2 a, .rooms th a, .found a")].filter((one) => one.offsetParent);
    if (!lines.length) return false;
    const at = lines.indexOf(document.activeElement);
    if (at < 0 && !nowhere(document.activeElement)) return false;
    const next = lines[at < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.max(0, Math.min(lines.length - 1, at + by))];
    next.focus();
    return true;
  }

  function back() {
    const open = document.activeElement.closest?.(".call")?.querySelector("details[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
      return;
    }
    const way = document.querySelector("[data-back]");
    if (way) location.assign(way.href);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (inField(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (keys.open) return;
    const second = began && event.timeStamp - began < PAUSE;
    began = 0;
    if (second && PLACES[event.key]) location.assign(PLACES[event.key]);
    else if (event.key === "g") began = event.timeStamp;
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("search").select();
    } else if (event.key === "?") show();
    else if (event.key === "Escape") back();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (step(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    }
  });
})();
