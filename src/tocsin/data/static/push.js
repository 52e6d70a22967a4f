// Asks that this telephone be told of this area (Web Push). What is wished for is kept in this browser; the server
// gets the browser's own endpoint, the area and the level, and forgets them after some weeks unless the page is
// opened again (R38). Shown only where the server pushes and the browser can.
"use strict";
(async () => {
  const choice = document.getElementById("push"), say = document.getElementById("say");
  if (!choice || !window.isSecureContext || !("PushManager" in window) || !("serviceWorker" in navigator)) return;
  const area = choice.dataset.area, DAY = 86400000, RENEW = 10 * DAY;
  const offered = await fetch("/v1/push", { credentials: "omit" }).then((answer) => answer.ok ? answer.json() : null).catch(() => null);
  if (!offered) return;

  function wishes() {
    try { return JSON.parse(localStorage.getItem("tocsin-push") || "{}"); } catch { return {}; }
  }
  function keep(level, expires) {
    const kept = wishes();
    if (level) kept[area] = { level, expires }; else delete kept[area];
    try { localStorage.setItem("tocsin-push", JSON.stringify(kept)); } catch { /* this browser keeps nothing */ }
    return kept;
  }
  async function subscription(make) {
    const worker = await navigator.serviceWorker.ready, held = await worker.pushManager.getSubscription();
    return held || (make ? worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: offered.key }) : null);
  }
  function ask(method, held, level) {
    const { endpoint, keys } = held.toJSON();
    return fetch("/v1/push", { method, credentials: "omit", headers: { "content-type": "application/json" }, body: JSON.stringify({ endpoint, keys, area, level }) });
  }
  async function join(level) {
    const answer = await ask("POST", await subscription(true), level);
    if (!answer.ok) throw new Error(String(answer.status));
    keep(level, (await answer.json()).expires);
  }
  async function leave() {
    const held = await subscription(false), left = keep("");
    if (held) await ask("DELETE", held);
    if (held && !Object.keys(left).length) await held.unsubscribe();
  }

  const wished = wishes()[area];
  choice.value = wished ? wished.level : "";
  choice.hidden = false;
  if (wished && Date.parse(wished.expires) - Date.now() < RENEW) join(wished.level).catch(() => { /* it is tried again when the page is opened again */ });
  choice.addEventListener("change", async () => {
    const level = choice.value, before = (wishes()[area] || {}).level || "";
    choice.disabled = true;
    try {
      if (level && await Notification.requestPermission() !== "granted") {
        choice.value = before;
        say.textContent = choice.dataset.refused;
      } else {
        await (level ? join(level) : leave());
        say.textContent = level ? choice.dataset.on.replace("{days}", offered.days) : choice.dataset.off;
      }
    } catch {
      choice.value = before;
      say.textContent = choice.dataset.failed;
    }
    choice.disabled = false;
    choice.focus();
  });
})();
