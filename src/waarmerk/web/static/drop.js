// A file is chosen or dropped, sent to this machine's own desk, and followed until its report is there.
"use strict";
const zone = document.querySelector(".drop");
const input = document.querySelector("#file");
const form = document.querySelector("#look");
const state = document.querySelector("#state");
const bar = document.querySelector("progress");
const say = (key, fields) => form.dataset[key].replace(/\{(\w+)\}/g, (_, name) => fields[name]);
for (const name of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = input.files[0];
  if (!file) return;
  state.textContent = say("working", { name: file.name });
  bar.hidden = false;
  bar.removeAttribute("value");
  const sent = await fetch("/look", { method: "POST", body: file,
    headers: { "x-csrf": form.dataset.csrf, "x-name": encodeURIComponent(file.name) } });
  let answer = await sent.json();
  if (!sent.ok) return failed(answer.title);
  const place = `/look/${answer.look}`;
  while (answer.state === "working") {
    await new Promise((done) => setTimeout(done, 300));
    answer = await (await fetch(place)).json();
    if (answer.seen !== undefined) {
      bar.value = answer.seen;
      state.textContent = `${say("working", { name: file.name })}: ${say("progress", { percent: Math.round(100 * answer.seen) })}`;
    }
  }
  if (answer.state === "failed") return failed(answer.message);
  window.location.assign(`${place}/report`);
});
function failed(message) {
  bar.hidden = true;
  state.textContent = say("failed", { message });
}
