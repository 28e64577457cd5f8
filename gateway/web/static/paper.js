"use strict";
// The button that prints; without this script the keys of the browser do the same.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
