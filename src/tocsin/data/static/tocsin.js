// Keeps the page in step with the server; the page is whole without it.
// It listens to the stream of changes and asks for the changing part of the page again. When the stream has been
// silent for 15 seconds the page goes stale by itself: silence is not safety.
"use strict";
(() => {
  const SILENT = 15000, SOON = 15, GATHER = 250, AGAIN = 5000, ABROAD = 1.5, SHAKE = [400, 200, 400, 200, 400];
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
        sounded();
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

  // Sound and vibration, for whoever switched them on. A browser lets a page sound only after a touch: until then the
  // button says that it waits for one.
  const loud = document.getElementById("loud");
  let player = null, danger = grave();
  function grave() {
    const page = now.querySelector(".page");
    return page ? { red: 3, yellow: 2, partly: 2, contradicted: 2, warned: 1 }[page.dataset.state] || 0 : 0;
  }
  function wanted() {
    try { return localStorage.getItem("tocsin-loud") === "on"; } catch { return Boolean(player); }
  }
  function ring(times) {
    document.body.dataset.rang = String(Number(document.body.dataset.rang || 0) + 1);
    if (navigator.vibrate) navigator.vibrate(SHAKE);
    if (!player || player.state !== "running") return;
    for (let n = 0; n < times; n++) {
      const wave = player.createOscillator(), gain = player.createGain(), at = player.currentTime + .05 + n * .45;
      wave.type = "triangle";
      wave.frequency.value = n % 2 ? 660 : 880;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(.6, at + .04);
      gain.gain.linearRampToValueAtTime(0, at + .4);
      wave.connect(gain).connect(player.destination);
      wave.start(at);
      wave.stop(at + .42);
    }
  }
  // What grows worse sounds, once; what ends or goes stale is said on the screen.
  function sounded() {
    const is = grave();
    if (is > danger && wanted()) ring(is > 2 ? 6 : 3);
    danger = is;
  }
  function hearken() {
    if (!loud) return;
    const on = wanted();
    loud.setAttribute("aria-pressed", String(on));
    loud.classList.toggle("waits", on && !(player && player.state === "running"));
    loud.textContent = !on ? loud.dataset.off : player && player.state === "running" ? loud.dataset.on : loud.dataset.waits;
  }
  function unlock(event) {
    if (!wanted() || loud.contains(event.target)) return;
    player = player || new AudioContext();
    player.resume().then(hearken, () => {});
  }
  if (loud && window.AudioContext) {
    loud.hidden = false;
    loud.addEventListener("click", (event) => {
      event.stopPropagation();
      const on = !wanted() || loud.classList.contains("waits");
      try { localStorage.setItem("tocsin-loud", on ? "on" : "off"); } catch { /* this browser keeps nothing */ }
      if (!on) { if (player) player.close(); player = null; hearken(); return; }
      player = player || new AudioContext();
      player.resume().then(() => { ring(1); hearken(); }, hearken);
    });
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, unlock, { passive: true });
    hearken();
  }

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

  // An outline is rings of longitude and latitude in 1e-4 degrees: the first pair, then steps from it. A point lies
  // within where a line from it crosses the rings an odd number of times; holes count by themselves.
  function within(rings, x, y) {
    let odd = false;
    for (const ring of rings) {
      let px = ring[0], py = ring[1];
      for (let i = 2; i < ring.length; i += 2) {
        const qx = px + ring[i], qy = py + ring[i + 1];
        if (py > y !== qy > y && x < (qx - px) * (y - py) / (qy - py) + px) odd = !odd;
        px = qx;
        py = qy;
      }
    }
    return odd;
  }

  async function nearest(position) {
    const { latitude, longitude } = position.coords, squeeze = Math.cos(latitude * Math.PI / 180);
    try {
      const places = await (await fetch(where.dataset.near, { credentials: "omit" })).json();
      const far = (one) => Math.hypot(one[2] - latitude, (one[3] - longitude) * squeeze);
      const here = (one) => within(one[4], longitude * 1e4, latitude * 1e4) ? 0 : 1;
      const found = places.map((one) => [here(one), far(one), one]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      if (found[0][0] && found[0][1] > ABROAD) { nowhere(); return; }
      show(found.slice(0, 4).map(([out, , [code, name]]) => [`/area/${code}${where.dataset.query}`, out ? name : `${name} (${where.dataset.here})`]));
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
