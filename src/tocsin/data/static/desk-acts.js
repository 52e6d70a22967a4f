// Acting at the desk: a draft, exactly what it would do, then that and nothing else. A draft has a key of its own, so
// that a double click, a cut network or two tries never send twice; it outlives a session that ends in the middle.
"use strict";
(() => {
  const desk = window.tocsinDesk, base = desk.base, $ = (id) => document.getElementById(id);
  const DRAFT = "tocsin-desk-draft", LATER = 350;
  const dialog = $("act"), form = $("act-form"), verbs = $("f-verb"), shown = $("preview"), said = $("act-said"), send = $("act-send"), second = $("second");
  const csrf = document.querySelector("meta[name=csrf]").content, words = form.dataset;
  let draft = null, timer = 0, asked = 0, sending = false;

  async function post(path, body, accept = "application/json") {
    const answer = await fetch(`${base}${path}?lang=${document.body.dataset.lang}`, { method: "POST", headers: { "Content-Type": "application/json", Accept: accept, "X-CSRF": csrf }, body: JSON.stringify(body) });
    const html = (answer.headers.get("content-type") || "").startsWith("text/html");
    return { status: answer.status, ok: answer.ok, told: html ? await answer.text() : await answer.json().catch(() => ({})) };
  }

  const reason = (told) => [told.what, told.remedy].filter(Boolean).join(". ") || "?";
  function tell(text, good = false) {
    said.textContent = text || "";
    said.hidden = !text;
    said.className = good ? "done" : "problem";
  }

  // --- the session: asleep wants a code, expired wants a sign-in; neither loses the draft -----

  const wake = $("wake"), wakeForm = $("wake-form"), wakeKey = $("wake-key");
  let woken = null;
  function awake() {
    return new Promise((resolve) => {
      woken = resolve;
      wakeForm.reset();
      problem(wakeForm, "");
      wakeKey.hidden = !window.tocsinPasskey;
      wake.showModal();
      $("w-code").focus();
    });
  }
  wake.addEventListener("close", () => { if (woken) woken(false); woken = null; });
  function risen() { const done = woken; woken = null; wake.close(); if (done) done(true); }
  wakeForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await post("/wake", { code: $("w-code").value.trim() }).catch(() => null);
    if (answer && answer.ok) risen(); else problem(wakeForm, answer ? reason(answer.told) : words.cut);
  });
  wakeKey.addEventListener("click", () => window.tocsinPasskey(base).then(risen, () => {}));

  function problem(where, text) {
    const line = where.querySelector(".problem");
    line.textContent = text;
    line.hidden = !text;
  }

  // Every act goes through here: it wakes a session that sleeps and then says the same again, under the same key.
  async function act(path, body, accept) {
    const answer = await post(path, body, accept);
    if (answer.status !== 401) return answer;
    if (answer.told.code === "asleep") {
      tell(words.asleep);
      if (!(await awake())) return answer;
      tell("");
      return act(path, body, accept);
    }
    keep();
    location.assign(`${base}/sign-in?expired&next=${encodeURIComponent(location.pathname + location.search)}`);
    return answer;
  }

  function keep() {
    try { if (draft) sessionStorage.setItem(DRAFT, JSON.stringify({ ...draft, ...read() })); } catch { /* nothing is kept here */ }
  }
  function forget() { try { sessionStorage.removeItem(DRAFT); } catch { /* as above */ } }

  // --- areas by name -------------------------------------------------------------------------------

  const codes = new Map([...$("areas").options].map((one) => [one.value.toLocaleLowerCase(), one.dataset.code]));
  for (const one of $("areas").options) for (const also of one.dataset.also.split("|")) if (!codes.has(also.toLocaleLowerCase())) codes.set(also.toLocaleLowerCase(), one.dataset.code);
  const names = new Map([...$("areas").options].map((one) => [one.dataset.code, one.value]));
  function codeOf(text) {
    const typed = text.trim();
    return codes.get(typed.toLocaleLowerCase()) || (/^[A-Z]{2}[A-Z0-9-]{1,38}$/.test(typed) ? typed : "");
  }
  function chip(into, code) {
    if ([...into.children].some((one) => one.dataset.code === code)) return;
    const item = document.createElement("li"), button = document.createElement("button");
    item.dataset.code = code;
    button.type = "button";
    button.textContent = `${names.get(code) || code} ×`;
    button.addEventListener("click", () => { item.remove(); changed(); });
    item.append(button);
    into.append(item);
  }
  for (const input of form.querySelectorAll("[data-areas=many]")) {
    input.addEventListener("change", () => {
      const code = codeOf(input.value);
      if (code) { chip(input.parentNode.querySelector(".chips"), code); input.value = ""; }
    });
  }

  // --- the form ---------------------------------------------------------------------------------------

  const option = () => verbs.selectedOptions[0];
  const field = (name) => form.querySelector(`[data-field="${name}"]`);

  function open(verb, target = "", name = "", fill = {}) {
    form.reset();
    form.querySelectorAll(".chips").forEach((one) => one.replaceChildren());
    draft = { key: crypto.randomUUID(), verb, target, name };
    verbs.value = verb;
    second.hidden = true;
    form.hidden = false;
    // An alert that is pointed at has its kind already.
    const fields = option().dataset.fields.split(" ").filter((one) => one !== "kind" || verb === "raise" || verb === "silence" || names.has(target));
    for (const one of form.querySelectorAll("[data-field]")) one.hidden = !fields.includes(one.dataset.field);
    $("act-title").textContent = option().textContent;
    $("target-area").hidden = Boolean(target) || option().dataset.target !== "area";
    $("target-said").textContent = name || target;
    $("target-said").hidden = !target;
    if (fields.includes("into")) others(verb, target);
    for (const [key, value] of Object.entries(fill)) if (field(key)) field(key).querySelector("input, select").value = value;
    if (verb === "raise") $("f-kind").value = "air-raid";
    $("f-why").value = verb === "revoke" ? words.mistake : "";
    shown.replaceChildren();
    tell("");
    send.disabled = true;
    if (!dialog.open) dialog.showModal();
    const first = [...form.querySelectorAll("#target-area input, [data-field] input, [data-field] select, #f-why")].find((one) => !one.closest("[hidden]"));
    if (first) first.focus();
    changed(0);
  }
  desk.act = open;

  function others(verb, target) {
    const rows = document.querySelectorAll(target.startsWith("threat") || document.querySelector(`#p-threats [data-id="${CSS.escape(target)}"]`) ? "#p-threats .row" : "#p-incidents .row");
    $("f-into").replaceChildren(new Option("", ""), ...[...rows].filter((one) => one.dataset.id !== target).map((one) => new Option(one.querySelector(".line").textContent.trim(), one.dataset.id)));
  }

  // What the form says; problem is set where an area is named that nobody knows (it is never widened: R7).
  function read() {
    const told = { arguments: {}, why: $("f-why").value.trim(), problem: "", complete: true };
    let target = draft.target;
    if (!$("target-area").hidden) {
      target = codeOf($("f-target").value);
      if (!target) { told.complete = false; if ($("f-target").value) told.problem = words.wrongArea; }
    }
    const needs = option().dataset.needs.split(" ").filter(Boolean);
    for (const one of form.querySelectorAll("[data-field]:not([hidden])")) {
      const name = one.dataset.field, input = one.querySelector("input, select"), chips = one.querySelector(".chips");
      let value = input.value.trim();
      if (chips) {
        if (value) told.problem = words.wrongArea;
        value = [...chips.children].map((item) => item.dataset.code).join(",");
      } else if (input.dataset.areas && value) {
        value = codeOf(value);
        if (!value) told.problem = words.wrongArea;
      }
      if (value) told.arguments[name] = value; else if (needs.includes(name)) told.complete = false;
    }
    return { ...told, target };
  }

  // --- preview: whenever the form is whole; a change takes the old one away at once -----------------

  function changed(later = LATER) {
    send.disabled = true;
    shown.classList.add("old");
    clearTimeout(timer);
    timer = setTimeout(look, later);
  }

  async function look() {
    const told = read(), turn = ++asked;
    tell(told.problem);
    if (told.problem || !told.complete) { shown.replaceChildren(); return false; }
    let answer;
    try {
      answer = await act("/preview", { verb: draft.verb, target: told.target, why: told.why, arguments: told.arguments }, "text/html");
    } catch { tell(words.cut); return false; }
    if (turn !== asked || !draft) return false;
    if (typeof answer.told !== "string") { tell(reason(answer.told)); shown.replaceChildren(); return false; }
    shown.innerHTML = answer.told;
    shown.classList.remove("old");
    const made = shown.querySelector(".previewed");
    draft.token = made.dataset.token;
    draft.shown = made.dataset.refused ? "" : "yes";
    ready();
    return true;
  }

  function ready() {
    send.disabled = sending || !draft || !draft.shown || shown.classList.contains("old") || !$("f-why").value.trim();
  }

  form.addEventListener("input", (event) => { if (event.target.id === "f-why") ready(); else changed(); });
  form.addEventListener("change", (event) => { if (event.target.id !== "f-why") changed(0); });
  form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (!send.disabled) go(); }
  });

  // --- sending -------------------------------------------------------------------------------------------

  async function go() {
    if (sending || !draft) return;
    const told = read();
    sending = true;
    ready();
    let answer = null;
    try {
      if (draft.verb === "approve") answer = await act("/approvals", { key: draft.key, reference: draft.target, why: told.why });
      else answer = await act("/orders", { key: draft.key, verb: draft.verb, target: told.target, why: told.why, arguments: told.arguments, token: draft.token });
    } catch { tell(words.cut); }
    sending = false;
    if (!answer) { ready(); return; }
    if (!answer.ok) {
      if (answer.told.code === "moved") { await look(); tell(words.moved); } else tell(reason(answer.told));
      ready();
      return;
    }
    forget();
    done(answer.told);
  }
  send.addEventListener("click", go);

  function done(told) {
    const refused = told.problem ? reason(told.problem) : "";
    tell(refused || (told.fresh === false ? words.again : told.waits ? words.waits : words.sent), !refused);
    desk.tell(said.textContent);
    desk.refresh();
    send.disabled = true;
    const reference = told.reference;
    draft = null;
    shown.querySelectorAll("details").forEach((one) => { one.open = false; });
    if (told.waits && reference && !refused) {
      second.reset();
      second.hidden = false;
      second.dataset.reference = reference;
      second.dataset.key = crypto.randomUUID();
      problem(second, "");
      $("s-name").focus();
    } else form.querySelector("footer [data-close]").focus();
  }

  // R1: a second person, at the first one's screen, with a password and a code of their own.
  second.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem(second, "");
    const told = { key: second.dataset.key, reference: second.dataset.reference, name: $("s-name").value.trim(), password: $("s-password").value, code: $("s-code").value.trim() };
    let answer = null;
    try { answer = await act("/approvals", told); } catch { problem(second, words.cut); return; }
    $("s-code").value = "";
    if (!answer.ok) { problem(second, reason(answer.told)); return; }
    second.hidden = true;
    $("s-password").value = "";
    done({ ...answer.told, waits: false });
  });

  dialog.addEventListener("close", () => { draft = null; clearTimeout(timer); second.reset(); forget(); desk.refresh(); });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || button.disabled || desk.past) return;
    const fill = {};
    for (const [key, value] of Object.entries(button.dataset)) if (key.startsWith("fill")) fill[key.slice(4).toLowerCase()] = value;
    open(button.dataset.act, button.dataset.target, button.dataset.name, fill);
  });

  // --- the phoned report (R39) -----------------------------------------------------------------------------

  const phoned = $("phoned"), call = $("phoned-form");
  let callKey = "";
  desk.phoned = () => {
    call.reset();
    callKey = crypto.randomUUID();
    problem(call, "");
    call.querySelector(".done").hidden = true;
    $("p-at").value = $("clock").textContent.slice(0, 5);
    phoned.showModal();
    $("p-caller").focus();
  };
  document.querySelectorAll("[data-phoned]").forEach((one) => one.addEventListener("click", () => { if (!desk.past) desk.phoned(); }));
  call.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem(call, "");
    const told = { key: callKey, caller: $("p-caller").value.trim(), at: $("p-at").value, words: $("p-words").value, source: $("p-source").value || undefined };
    let answer = null;
    try { answer = await act("/phoned", told); } catch { problem(call, words.cut); return; }
    if (!answer.ok) { problem(call, reason(answer.told)); return; }
    const out = call.querySelector(".done");
    out.textContent = out.dataset.done.replace("{n}", String(answer.told.number));
    out.hidden = false;
    callKey = crypto.randomUUID();
    $("p-words").value = "";
    desk.refresh();
    $("p-words").focus();
  });
  call.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); call.requestSubmit(); } });

  // A draft that a session's end cut short is taken up again, under its own key.
  try {
    const kept = JSON.parse(sessionStorage.getItem(DRAFT) || "null");
    if (kept && kept.key && verbs.querySelector(`option[value="${CSS.escape(kept.verb)}"]`)) {
      open(kept.verb, kept.target, kept.name || names.get(kept.target) || kept.target, {});
      draft.key = kept.key;
      for (const [key, value] of Object.entries(kept.arguments || {})) {
        const where = field(key);
        if (!where) continue;
        const chips = where.querySelector(".chips"), input = where.querySelector("input, select");
        if (chips) value.split(",").forEach((code) => chip(chips, code));
        else input.value = input.dataset.areas ? names.get(value) || value : value;
      }
      $("f-why").value = kept.why || "";
      changed(0);
    }
  } catch { /* a draft that cannot be read is none */ }
})();
