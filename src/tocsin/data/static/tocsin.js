// Keeps the page in step with the server; the page is whole without it.
// It listens to the stream of changes and asks for the changing part of the page again. When the stream has been
// silent for 15 seconds the page goes stale by itself: silence is not safety.
"use strict";
(() => {
  const SILENT = 15000, SOON = 15, GATHER = 250, AGAIN = 5000;
  const now = document.getElementById("now"), live = document.getElementById("live");
  const age = document.getElementById("age"), say = document.getElementById("say");
  if (!now || !now.dataset.live || !window.EventSource) return;
  // A page that the worker kept for us is stale from its first moment.
  let heard = "stale" in document.documentElement.dataset ? -Infinity : performance.now(), asked = -GATHER, waiting = 0, asking = false, again = false, said = spoken();

  function spoken() {
    const page = now.querySelector(".page");
    return page ? page.dataset.say : "";
  }

  // The state may be believed anew from this moment: restart the style sheet's own expiry.
  function renew() {
    const page = now.querySelector(".page");
    const step = page && [...page.classList].find((name) => /^x-\d+$/.test(name));
    if (!step) return;
    page.classList.remove(step);
    void page.offsetWidth;
    page.classList.add(step);
  }

  function stale(is) {
    if (is === ("stale" in document.documentElement.dataset)) return;
    if (is) {
      document.documentElement.dataset.stale = "";
      say.textContent = live.dataset.off;
    } else {
      delete document.documentElement.dataset.stale;
    }
  }

  function hear() {
    heard = performance.now();
    age.textContent = "0";
  }

  async function refresh() {
    waiting = 0;
    asked = performance.now();
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(now.dataset.live, { cache: "no-store", credentials: "omit" });
      if (answer.ok) {
        const held = document.activeElement && now.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        const open = [...now.querySelectorAll("details")].map((one) => one.open);
        now.innerHTML = await answer.text();
        now.querySelectorAll("details").forEach((one, i) => { one.open = Boolean(open[i]); });
        if (held) { const same = now.querySelector(`a[href="${CSS.escape(held)}"]`); if (same) same.focus({ preventScroll: true }); }
        hear();
        stale(false);
        if (spoken() !== said) { said = spoken(); say.textContent = said; document.title = said.split(".")[0]; }
      }
    } catch { /* the silence will tell */ }
    asking = false;
    if (again) { again = false; soon(); }
  }

  // The first change shows at once; those that come right after it are gathered.
  function soon() {
    if (!waiting) waiting = setTimeout(refresh, performance.now() - asked > GATHER ? SOON : GATHER);
  }

  function beat() {
    const was = "stale" in document.documentElement.dataset;
    hear();
    if (was) soon(); else renew();
  }

  // The browser takes a cut stream up again by itself, a refused one it gives up: we do not.
  let stream = null, tried = 0;
  function listen() {
    tried = performance.now();
    stream = new EventSource(now.dataset.stream);
    stream.onopen = soon;
    stream.onmessage = () => { hear(); soon(); };
    stream.addEventListener("reset", () => { hear(); soon(); });
    stream.addEventListener("heartbeat", beat);
  }
  listen();

  setInterval(() => {
    const silence = performance.now() - heard;
    age.textContent = Number.isFinite(silence) ? String(Math.floor(silence / 1000)) : "…";
    stale(silence > SILENT);
    if (stream.readyState === EventSource.CLOSED && performance.now() - tried > AGAIN) listen();
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  live.hidden = false;

  // Where am I: reckoned here, on the phone. The list of places comes to us; our coordinates go nowhere.
  const where = document.getElementById("where"), near = document.getElementById("near");
  if (where && near && navigator.geolocation) {
    where.hidden = false;
    where.addEventListener("click", () => navigator.geolocation.getCurrentPosition(nearest, nowhere, { maximumAge: 60000, timeout: 20000 }));
  }

  // My places: a list that stays in this browser.
  const save = document.getElementById("save"), saved = document.getElementById("saved");
  function mine() {
    try {
      const kept = JSON.parse(localStorage.getItem("tocsin-places") || "[]");
      return kept.filter((one) => Array.isArray(one) && /^[A-Z0-9-]{2,40}$/.test(one[0]) && typeof one[1] === "string").slice(0, 8);
    } catch { return []; }
  }
  function keep() {
    if (!saved) return;
    const kept = mine(), query = where ? where.dataset.query : "";
    list(saved, kept.map(([code, name]) => [`/area/${code}${query}`, name.slice(0, 60)]));
    saved.hidden = kept.length === 0;
    if (save) save.setAttribute("aria-pressed", String(kept.some(([code]) => code === save.dataset.code)));
  }
  if (save) save.addEventListener("click", () => {
    const kept = mine(), others = kept.filter(([code]) => code !== save.dataset.code);
    if (others.length === kept.length) others.push([save.dataset.code, save.dataset.name]);
    try { localStorage.setItem("tocsin-places", JSON.stringify(others)); } catch { /* this browser keeps nothing */ }
    keep();
  });
  keep();

  async function nearest(position) {
    const { latitude, longitude } = position.coords, squeeze = Math.cos(latitude * Math.PI / 180);
    try {
      const places = await (await fetch(where.dataset.near, { credentials: "omit" })).json();
      const far = (one) => (one[2] - latitude) ** 2 + ((one[3] - longitude) * squeeze) ** 2;
      show(places.sort((a, b) => far(a) - far(b)).slice(0, 4).map(([code, name]) => [`/area/${code}${where.dataset.query}`, name]));
    } catch { nowhere(); }
  }

  function nowhere() {
    show([["/", where.dataset.none]]);
  }

  function show(links) {
    list(near, links);
    near.hidden = false;
    near.querySelector("a").focus();
  }

  function list(into, links) {
    into.querySelector("ul").replaceChildren(...links.map(([href, name]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = href;
      link.textContent = name;
      item.append(link);
      return item;
    }));
  }

  if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/worker.js").catch(() => {});
})();
