// Says the time under the slider while it is dragged, and shows it when it is let go; without this the button does.
"use strict";
(() => {
  const minute = document.getElementById("minute");
  if (!minute) return;
  const told = minute.form.querySelector("output"), zone = { timeZone: "Europe/Kyiv", hour12: false };
  const clock = new Intl.DateTimeFormat(minute.dataset.lang, { ...zone, hour: "2-digit", minute: "2-digit", day: "numeric", month: "long", year: "numeric" });
  minute.addEventListener("input", () => { told.textContent = clock.format(new Date(minute.value * 60000)); });
  // Keys move it step by step: who uses them presses Enter or the button when there.
  let held = false;
  minute.addEventListener("pointerdown", () => { held = true; });
  minute.addEventListener("change", () => { if (held) minute.form.requestSubmit(); held = false; });
})();
