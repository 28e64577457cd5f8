// The rack by keys: arrows walk from room to room, digits and letters that are typed jump to the room of that name, Home and
// End go to the first and the last. Enter opens, as on every link. Nothing is reachable by key alone.
"use strict";

(() => {
  const PAUSE = 1200; // milliseconds in which the next digit of a room must come
  const rack = document.getElementById("rack");
  const cells = () => [...rack.querySelectorAll("a.cell")];
  const name = (cell) => cell.querySelector("b").textContent.toLowerCase();
  let typed = "";
  let last = 0;

  // The cell above or below: of the nearest row in that direction, the one whose middle is nearest.
  function beside(from, direction) {
    const here = from.getBoundingClientRect();
    const middle = here.left + here.width / 2;
    let best = null;
    let least = Infinity;
    for (const cell of cells()) {
      const there = cell.getBoundingClientRect();
      const rows = direction * (there.top - here.top);
      if (rows < here.height / 2) continue;
      const far = rows * 1000 + Math.abs(there.left + there.width / 2 - middle);
      if (far < least) [best, least] = [cell, far];
    }
    return best;
  }

  function walk(key) {
    const all = cells();
    const at = all.indexOf(document.activeElement);
    if (key === "Home") return all[0];
    if (key === "End") return all[all.length - 1];
    if (at < 0) return all[0];
    if (key === "ArrowRight") return all[at + 1];
    if (key === "ArrowLeft") return all[at - 1];
    return beside(all[at], key === "ArrowDown" ? 1 : -1);
  }

  function jump(character, now) {
    typed = now - last > PAUSE ? character : typed + character;
    last = now;
    const all = cells();
    const found = all.find((cell) => name(cell) === typed) ?? all.find((cell) => name(cell).startsWith(typed));
    const told = document.getElementById("typed");
    told.textContent = found ? "" : told.dataset.none.replace("{typed}", typed);
    return found;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    const walking = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key);
    const onRack = document.activeElement === document.body || document.activeElement.matches("main, a.cell");
    const going = event.timeStamp - last <= PAUSE && typed !== "";
    const naming = /^\d$/.test(event.key) || (going && /^[\p{L}\d -]$/u.test(event.key));
    if (!(walking && onRack) && !naming) return;
    const cell = walking ? walk(event.key) : jump(event.key.toLowerCase(), event.timeStamp);
    if (walking || cell) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest" });
  }, true);
})();
