// The sound of the emergency screen: two tones in turn, made here, as long as an emergency call waits for a name.
//
// A browser plays nothing before somebody has touched the page, unless it was started for a wall (Chromium:
// --autoplay-policy=no-user-gesture-required). Until then a button says that the screen is mute. The button also plays
// the tones once, so that whoever hangs the screen up knows that it is heard.
"use strict";

(() => {
  const EVERY = 1200; // milliseconds between two pairs of tones
  const TONES = [880, 660]; // Hz
  const LONG = 0.35; // seconds of a tone
  const button = document.getElementById("sound");
  let audio = null;

  function tone(at, pitch) {
    const source = audio.createOscillator();
    const volume = audio.createGain();
    source.type = "square";
    source.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.35, at + 0.02);
    volume.gain.setValueAtTime(0.35, at + LONG - 0.05);
    volume.gain.linearRampToValueAtTime(0, at + LONG);
    source.connect(volume).connect(audio.destination);
    source.start(at);
    source.stop(at + LONG);
  }

  function play() {
    TONES.forEach((pitch, number) => tone(audio.currentTime + number * LONG, pitch));
    document.body.dataset.played = String(Number(document.body.dataset.played || 0) + 1);
  }

  function show() {
    const on = audio && audio.state === "running";
    button.hidden = false;
    button.textContent = on ? button.dataset.on : button.dataset.off;
    button.classList.toggle("plain", Boolean(on));
    document.body.dataset.sound = on ? "on" : "off";
  }

  // How long ago a call began is counted here and not told by the server: a form that somebody fills in must stand still.
  function count() {
    for (const one of document.querySelectorAll("[data-began]")) {
      const minutes = Math.floor((Date.now() - Date.parse(one.dataset.began)) / 60000);
      const told = minutes < 0 || minutes > 48 * 60 ? "" : minutes < 1 ? one.dataset.now : one.dataset.ago.replace("{minutes}", minutes);
      if (one.textContent !== told) one.textContent = told;
    }
  }

  function turn() {
    count();
    if (audio && audio.state === "running" && document.querySelector("[data-sounding]")) play();
    show();
  }

  button.addEventListener("click", async () => {
    audio = audio || new AudioContext();
    await audio.resume();
    play();
    show();
  });

  try {
    audio = new AudioContext();
  } catch {
    audio = null; // no sound device: the button says so when it is pressed
  }
  show();
  count();
  setInterval(turn, EVERY);
})();
