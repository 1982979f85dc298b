// The case page: keys 1 and 2 choose, Enter decides; the medium is shown only on purpose; a click on a track seeks.
"use strict";
const form = document.querySelector("#decide");
document.addEventListener("keydown", (event) => {
  const typing = /^(TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.type === "text";
  if (!form || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const chosen = form.querySelector(`[data-key="${event.key}"]`);
  if (chosen) {
    chosen.checked = true;
    chosen.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && form.querySelector("input[type=radio]:checked")) {
    event.preventDefault();
    form.requestSubmit();
  }
});
const medium = document.querySelector("#medium");
const toggle = document.querySelector("#toggle");
if (medium && toggle) {
  toggle.addEventListener("click", () => {
    const guarded = medium.classList.toggle("guarded");
    for (const other of document.querySelectorAll("[id^=known-]")) other.classList.toggle("guarded", guarded);
    toggle.textContent = guarded ? toggle.dataset.show : toggle.dataset.hide;
  });
}
for (const track of document.querySelectorAll("[data-start]")) {
  track.addEventListener("click", (event) => {
    if (!medium || !("currentTime" in medium)) return;
    const box = track.getBoundingClientRect();
    const share = event.detail ? (event.clientX - box.left) / box.width : 0;
    const start = Number(track.dataset.start);
    const into = share * (Number(track.dataset.end) - start);
    medium.currentTime = start + into;
    const known = document.getElementById(track.dataset.beside);
    if (known && "currentTime" in known) known.currentTime = Number(track.dataset.known) + into;
  });
}
