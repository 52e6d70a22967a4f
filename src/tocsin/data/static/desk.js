// The duty desk's live screen. The server writes every panel; this takes over those that changed.
// Nothing moves under the cursor: what a person hovers, holds or reads waits behind a button. Nothing blinks.
"use strict";
(() => {
  const body = document.body, base = body.dataset.base, $ = (id) => document.getElementById(id);
  const GATHER = 700, SILENT = 12000, KEPT = 200, AGAIN = 4000, SETTLE = 250, IDLE = 30000;
  const say = $("say"), list = $("reports"), when = $("when"), past = $("past");
  const digests = {}, held = new Map(), waiting = [];
  let newest = Number(body.dataset.newest), known = body.dataset.past || "", heard = performance.now();
  let asked = -GATHER, timer = 0, asking = false, again = false;

  const desk = window.tocsinDesk = { base, get past() { return known; }, tell: (text) => { say.textContent = text; }, refresh: () => soon(0), act: null, phoned: null, explain };

  // --- panels ---------------------------------------------------------------------

  const panelOf = (node) => node.closest(".panel");
  // A hand that rests for half a minute holds nothing any longer: the newest matters more than a forgotten cursor.
  let moved = performance.now();
  for (const name of ["pointermove", "keydown", "wheel", "pointerdown"]) addEventListener(name, () => { moved = performance.now(); }, { passive: true, capture: true });
  const busy = (panel) => performance.now() - moved < IDLE && holds(panel);
  const holds = (panel) => panel.matches(":hover") || (panel.contains(document.activeElement) && document.activeElement !== panel.querySelector(".scroll")) || selecting(panel);
  function selecting(panel) {
    const chosen = getSelection();
    return chosen && !chosen.isCollapsed && panel.contains(chosen.anchorNode);
  }

  function take(name, html) {
    if (name === "counts") { $("counts").innerHTML = html; return; }
    if (name === "overlay") { const over = $("overlay"); if (over) over.innerHTML = html; return; }
    if (name === "looks") { paint(JSON.parse(html)); return; }
    const panel = $(`p-${name}`);
    if (!panel) return;
    if (!known && busy(panel)) {
      held.set(name, html);
      panel.querySelector(".newer").hidden = false;
    } else put(panel, html);
  }

  function put(panel, html) {
    held.delete(panel.dataset.panel);
    const box = panel.querySelector(".scroll"), top = box.scrollTop;
    const open = new Set([...box.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const on = box.querySelector(".chosen"), at = on && on.dataset.id, focused = document.activeElement === on && on;
    box.innerHTML = html;
    box.querySelectorAll("details").forEach((one) => { one.open = open.has(one.dataset.key); });
    box.scrollTop = top;
    panel.querySelector(".newer").hidden = true;
    const same = at && box.querySelector(`[data-id="${CSS.escape(at)}"]`);
    if (same) { same.classList.add("chosen"); if (focused) same.focus({ preventScroll: true }); }
    count(panel);
  }

  function count(panel) {
    const out = panel.querySelector(".count"), told = panel.querySelector("[data-count]");
    if (out && told) out.textContent = told.dataset.count === "0" ? "" : told.dataset.count;
  }

  function paint(looks) {
    for (const part of document.querySelectorAll("#chart .part")) {
      const told = looks[part.dataset.code];
      if (!told) continue;
      const named = `part look-${told[0]}`;
      if (part.getAttribute("class") !== named) part.setAttribute("class", named);
      const title = part.firstElementChild;
      if (title.textContent !== told[1]) title.textContent = told[1];
    }
  }

  // --- reports: new ones come in at the top, or wait behind "3 new" -----------------

  const reportsPanel = $("p-reports"), newerReports = reportsPanel.querySelector(".newer"), box = reportsPanel.querySelector(".scroll");
  const plural = new Intl.PluralRules(document.documentElement.lang);

  function receive(rows) {
    const fresh = rows.filter((one) => one.number > newest).sort((a, b) => b.number - a.number);
    if (!fresh.length) return;
    newest = fresh[0].number;
    waiting.unshift(...fresh);
    waiting.length = Math.min(waiting.length, KEPT);
    if (list.children.length && (busy(reportsPanel) || box.scrollTop > 4)) offer(); else admit();
  }

  function offer() {
    const n = waiting.length, form = plural.select(n), by = newerReports.dataset;
    const text = form === "one" ? by.one : form === "few" ? by.few : by.many;
    newerReports.textContent = text.replace(/\d+/, String(n));
    newerReports.hidden = n === 0;
  }

  function admit() {
    const made = document.createElement("template");
    made.innerHTML = waiting.map((one) => one.html).join("");
    waiting.length = 0;
    made.content.querySelectorAll(".report").forEach(sift);
    list.prepend(made.content);
    while (list.children.length > KEPT) list.lastElementChild.remove();
    offer();
    tally();
  }

  const tally = () => { reportsPanel.querySelector(".count").textContent = list.children.length || ""; };

  function sift(one) {
    const wanted = $("sift").value.trim().toLocaleLowerCase(), which = $("which").value;
    const fits = (!wanted || one.textContent.toLocaleLowerCase().includes(wanted)) && (!which || (which === "read" ? !one.classList.contains("tone-quiet") : one.querySelector(".came-withhold")));
    one.hidden = !fits;
  }
  for (const name of ["input", "change"]) reportsPanel.querySelector(".sift").addEventListener(name, () => list.querySelectorAll(".report").forEach(sift));

  // --- asking the server --------------------------------------------------------------

  async function refresh() {
    timer = 0;
    asked = performance.now();
    if (asking) { again = true; return; }
    asking = true;
    try {
      const query = new URLSearchParams({ lang: body.dataset.lang, after: String(known ? 0 : newest) });
      if (known) query.set("known_at", known);
      query.set("have", Object.entries(digests).map((pair) => pair.join(":")).join(","));
      const wanted = known, answer = await fetch(`${base}/panels?${query}`, { cache: "no-store" });
      if (answer.status === 401) return left();
      if (answer.ok) {
        const told = await answer.json();
        if (wanted === known) {
          for (const [name, one] of Object.entries(told.panels)) {
            if (digests[name] === one.digest) continue;
            digests[name] = one.digest;
            take(name, one.html);
          }
          if (known) replace(told.reports); else receive(told.reports);
          if (!known) stretch(told.at);
          hear();
          if (known) past.textContent = past.dataset.past.replace("{when}", stamp(Number(when.value)));
        }
      }
    } catch { /* the silence will tell */ } finally { asking = false; }
    if (again) { again = false; soon(); }
  }

  function replace(rows) {
    list.innerHTML = rows.map((one) => one.html).join("");
    list.querySelectorAll(".report").forEach(sift);
    tally();
  }

  function soon(least = SETTLE) {
    if (!timer) timer = setTimeout(refresh, Math.max(least, GATHER - (performance.now() - asked)));
  }

  function left() {
    const at = encodeURIComponent(location.pathname + location.search);
    location.assign(`${base}/sign-in?expired&next=${at}`);
  }

  function hear() {
    heard = performance.now();
    if ("cut" in body.dataset) {
      delete body.dataset.cut;
      desk.tell(say.dataset.back);
      soon();
    }
  }

  let stream = null, tried = 0;
  function listen() {
    tried = performance.now();
    stream = new EventSource(`${base}/stream`);
    stream.onopen = () => { hear(); soon(); };
    stream.addEventListener("heartbeat", hear);
    stream.addEventListener("desk", (event) => {
      hear();
      let told = {};
      try { told = JSON.parse(event.data); } catch { /* it says at least that something changed */ }
      if (told.red && told.red.length) alarm();
      if (!known) soon();
    });
    stream.addEventListener("seat", hear);
    stream.addEventListener("end", left);
  }
  listen();

  setInterval(() => {
    const silence = performance.now() - heard;
    $("age").textContent = String(Math.floor(silence / 1000));
    if (silence > SILENT && !("cut" in body.dataset)) { body.dataset.cut = ""; desk.tell(say.dataset.cut); }
    if (stream.readyState === EventSource.CLOSED && performance.now() - tried > AGAIN) listen();
    $("clock").textContent = clock(Date.now() + skew);
    if (performance.now() - moved > IDLE) document.querySelectorAll(".panel").forEach(settle);
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(0); });

  // --- the clock: the server's, told in its zone ----------------------------------------

  let skew = 0;
  const zone = $("clock").dataset.zone;
  const clocks = new Intl.DateTimeFormat("uk", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const stamps = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const clock = (ms) => clocks.format(ms), stamp = (seconds) => stamps.format(seconds * 1000);

  // --- time: drag it back and see what was known then ------------------------------------

  function stretch(at) {
    const now = Date.parse(at);
    if (!Number.isFinite(now)) return;
    skew = now - Date.now();
    const follows = document.activeElement !== when || when.value === when.max;
    when.max = String(Math.ceil(now / 1000));
    if (follows && !known) when.value = when.max;
  }

  let dragging = 0;
  function drag() {
    const at = Number(when.value), live = at >= Number(when.max);
    $("when-said").textContent = live ? $("to-now").firstChild.textContent.trim() : stamp(at);
    clearTimeout(dragging);
    dragging = setTimeout(() => go(live ? "" : new Date(at * 1000).toISOString()), SETTLE);
  }

  function go(moment) {
    if (moment === known) return;
    known = moment;
    if (known) {
      body.dataset.past = known;
      past.textContent = past.dataset.loading;
    } else {
      delete body.dataset.past;
      newest = 0;
      list.replaceChildren();
      when.value = when.max;
      $("when-said").textContent = $("to-now").firstChild.textContent.trim();
    }
    past.hidden = !known;
    $("to-now").disabled = !known;
    for (const one of document.querySelectorAll("[data-act], [data-phoned]")) one.disabled = Boolean(known);
    for (const name of Object.keys(digests)) delete digests[name];
    held.clear();
    waiting.length = 0;
    offer();
    const address = new URL(location.href);
    if (known) address.searchParams.set("known_at", known); else address.searchParams.delete("known_at");
    history.replaceState(null, "", address);
    soon(0);
  }
  desk.now = () => { when.value = when.max; go(""); };
  when.addEventListener("input", drag);
  $("to-now").addEventListener("click", desk.now);

  // --- sound: only when a person switched it on ---------------------------------------------

  const sound = $("sound");
  let player = null;
  function tone(at, pitch) {
    const wave = player.createOscillator(), gain = player.createGain();
    wave.frequency.value = pitch;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(.25, at + .03);
    gain.gain.linearRampToValueAtTime(0, at + .38);
    wave.connect(gain).connect(player.destination);
    wave.start(at);
    wave.stop(at + .4);
  }
  function ring() {
    if (!player) return;
    const at = player.currentTime + .02;
    for (const [n, pitch] of [[0, 740], [.4, 554], [.8, 740]]) tone(at + n, pitch);
    body.dataset.rang = String(Number(body.dataset.rang || 0) + 1);
  }
  function alarm() {
    desk.tell(`${say.dataset.red}, ${clock(Date.now() + skew)}`);
    if (sound.getAttribute("aria-pressed") === "true") ring();
  }
  sound.addEventListener("click", () => {
    const on = sound.getAttribute("aria-pressed") !== "true";
    sound.setAttribute("aria-pressed", String(on));
    sound.firstChild.textContent = `${on ? sound.dataset.on : sound.dataset.off} `;
    if (on) {
      player = player || new AudioContext();
      player.resume().then(ring);
    }
  });

  // --- the map: closer, farther, along ---------------------------------------------------------

  const chart = $("chart");
  if (chart) {
    const whole = chart.getAttribute("viewBox").split(" ").map(Number), view = [...whole];
    const show = () => chart.setAttribute("viewBox", view.map((n) => n.toFixed(1)).join(" "));
    const zoom = (by, cx = view[0] + view[2] / 2, cy = view[1] + view[3] / 2) => {
      const size = Math.min(whole[2], Math.max(whole[2] / 12, view[2] * by)), ratio = size / view[2];
      view[0] = cx - (cx - view[0]) * ratio;
      view[1] = cy - (cy - view[1]) * ratio;
      view[2] = size;
      view[3] *= ratio;
      show();
    };
    const move = (dx, dy) => { view[0] += dx * view[2]; view[1] += dy * view[3]; show(); };
    document.querySelector(".zoom").addEventListener("click", (event) => {
      const what = event.target.dataset.zoom;
      if (what === "in") zoom(.6); else if (what === "out") zoom(1 / .6); else if (what === "all") { whole.forEach((n, i) => { view[i] = n; }); show(); }
    });
    const chartBox = document.querySelector(".chartbox");
    chartBox.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse());
      zoom(event.deltaY < 0 ? .8 : 1.25, point.x, point.y);
    }, { passive: false });
    chartBox.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-.1, 0], ArrowRight: [.1, 0], ArrowUp: [0, -.1], ArrowDown: [0, .1] }[event.key];
      if (step) { event.preventDefault(); move(...step); }
      if (event.key === "+" || event.key === "=") zoom(.6);
      if (event.key === "-") zoom(1 / .6);
    });
    let from = null;
    chartBox.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY, false]; });
    chartBox.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      const wide = chart.clientWidth || 1;
      if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 4 && !from[2]) return;
      move((from[0] - event.clientX) / wide, (from[1] - event.clientY) / wide);
      from = [event.clientX, event.clientY, true];
    });
    chartBox.addEventListener("click", (event) => {
      const dragged = from && from[2], part = event.target.closest(".part");
      from = null;
      if (!dragged && part && desk.act && !known) desk.act("raise", part.dataset.code, part.firstElementChild.textContent.split(":")[0]);
    });
  }

  // --- why, and the marks that belong together ------------------------------------------------------

  const asks = $("why-title").textContent;
  async function explain(id, about) {
    const dialog = $("why"), said = $("why-said"), head = about && about.querySelector(".line b, header b");
    $("why-title").textContent = head ? `${asks} ${head.textContent}` : asks;
    said.textContent = "…";
    if (!dialog.open) dialog.showModal();
    try {
      const answer = await fetch(`${base}/explain/${encodeURIComponent(id)}?lang=${body.dataset.lang}`, { headers: { Accept: "text/html" } });
      if (answer.status === 401) return left();
      if (answer.headers.get("content-type").startsWith("text/html")) said.innerHTML = await answer.text();
      else said.textContent = (await answer.json()).remedy;
    } catch { said.textContent = say.dataset.cut; }
    said.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-explain]"), newer = event.target.closest(".newer");
    if (button) explain(button.dataset.explain, button.closest("[data-item]"));
    if (newer) newer.closest(".panel") === reportsPanel ? admit() : put(panelOf(newer), held.get(panelOf(newer).dataset.panel) || "");
    const row = event.target.closest("[data-item]");
    if (row) choose(row, false);
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  list.addEventListener("mouseover", (event) => light(event.target.closest("mark[data-c], li[data-c]")));
  function light(one) {
    list.querySelectorAll(".lit").forEach((lit) => lit.classList.remove("lit"));
    if (!one) return;
    const marks = one.dataset.c.split(",");
    for (const other of one.closest(".report").querySelectorAll("[data-c]")) {
      if (other.dataset.c.split(",").some((n) => marks.includes(n))) other.classList.add("lit");
    }
  }

  function choose(row, focus = true) {
    document.querySelectorAll(".chosen").forEach((one) => one.classList.remove("chosen"));
    row.classList.add("chosen");
    if (focus) { row.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }
  }

  // What waited behind a hand or an eye comes in once both have gone.
  function settle(panel) {
    if (!panel || busy(panel)) return;
    if (panel === reportsPanel) { if (waiting.length && box.scrollTop <= 4) admit(); }
    else if (held.has(panel.dataset.panel)) put(panel, held.get(panel.dataset.panel));
  }
  for (const panel of document.querySelectorAll(".panel")) {
    if (!panel.querySelector(".newer")) continue;
    count(panel);
    panel.addEventListener("mouseleave", () => setTimeout(settle, SETTLE, panel));
    panel.addEventListener("focusout", () => setTimeout(settle, SETTLE, panel));
  }
  tally();

  // --- keys ---------------------------------------------------------------------------------------------

  const single = $("single");
  try { single.checked = localStorage.getItem("tocsin-desk-keys") !== "off"; } catch { /* nothing is kept here */ }
  single.addEventListener("change", () => { try { localStorage.setItem("tocsin-desk-keys", single.checked ? "on" : "off"); } catch { /* as above */ } });
  $("help").addEventListener("click", () => $("keys").showModal());

  const panels = [...document.querySelectorAll(".panel[data-panel]")];
  function enter(panel) {
    if (!panel) return;
    const rows = panel.querySelectorAll("[data-item]:not([hidden])");
    panel.scrollIntoView({ block: "nearest" });
    if (rows.length) choose(panel.querySelector(".chosen") || rows[0]); else (panel.querySelector(".scroll") || panel.querySelector(".chartbox")).focus();
  }
  function step(by) {
    const here = document.querySelector(".chosen"), panel = here && panelOf(here);
    if (!panel) return enter($("p-queue"));
    const rows = [...panel.querySelectorAll("[data-item]:not([hidden])")].filter((one) => one.offsetParent);
    const next = rows[rows.indexOf(here) + by];
    if (next) choose(next);
  }
  function press(selector) {
    const row = document.querySelector(".chosen"), button = row && row.querySelector(selector);
    if (button && !button.disabled) button.click();
  }

  const KEYS = {
    j: () => step(1), k: () => step(-1),
    n: () => { const row = document.querySelector(".chosen"), panel = (row && panelOf(row)) || reportsPanel; panel.querySelector(".newer").click(); },
    e: () => press("[data-explain]"), x: () => press("[data-act=revoke]"), c: () => press("[data-act=clear]"), a: () => press("[data-act=approve]"),
    r: () => {
      const area = document.querySelector(".chosen[data-item=area]");
      if (!known && desk.act) desk.act("raise", area ? area.dataset.id : "", area ? area.querySelector("b").textContent : "");
    },
    p: () => { if (!known && desk.phoned) desk.phoned(); },
    t: () => when.focus(), 0: () => desk.now(), s: () => sound.click(), "/": () => $("sift").focus(), "?": () => $("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const at = event.target;
    if (at.matches("textarea, select, input:not([type=range])")) { if (event.key === "Escape") at.blur(); return; }
    if (!single.checked) return;
    const panel = panels.find((one) => one.querySelector("kbd").textContent === event.key), act = KEYS[event.key];
    if (panel) { event.preventDefault(); enter(panel); }
    else if (act) { event.preventDefault(); act(); }
  });
})();
