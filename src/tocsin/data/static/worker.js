// Shows the last page that was seen when there is no network, and marks it as stale: it is never shown as fresh.
// Nothing of the duty desk is ever kept. Shows what is pushed, unless its time has passed (R33).
"use strict";
const STORE = "tocsin-2", DESK = /^\/(exercise\/)?desk(\/|$)/, ENDED = { uk: "Це сповіщення застаріло", ru: "Это оповещение устарело", en: "This alert is out of date" };
self.addEventListener("install", (event) => { self.skipWaiting(); event.waitUntil(caches.open(STORE)); });
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STORE) await caches.delete(name);
  await self.clients.claim();
})()));
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/v1/") || DESK.test(url.pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(still(request));
});
async function page(request) {
  const store = await caches.open(STORE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await store.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await store.match(request);
    if (!kept) throw error;
    const text = (await kept.text()).replace("<html ", '<html data-stale="" ').replace(/class="page x-\d+"/, 'class="page x-0"');
    return new Response(text, { headers: kept.headers });
  }
}
async function still(request) {
  const store = await caches.open(STORE), kept = await store.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await store.put(request, answer.clone());
  return answer;
}
// {"area", "valid_until", "say": {lang: {"title", "body"}}}: the telephone chooses the language, so that nobody need
// keep it (R38); one tag an area, so that an end takes its alarm's place. What comes late is shown as out of date.
self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data ? event.data.json() : {}; } catch { /* what cannot be read still wakes a person */ }
  const words = told.say || {}, lang = navigator.languages.map((one) => one.slice(0, 2)).find((one) => words[one]) || "uk";
  const { title = "Tocsin", body = "" } = words[lang] || {}, over = told.valid_until && Date.parse(told.valid_until) < Date.now();
  const area = /^[A-Z0-9-]{2,40}$/.test(told.area) ? told.area : "", calm = told.state === "CLEAR";
  event.waitUntil(self.registration.showNotification(title, {
    body: over ? `${ENDED[lang]}. ${body}` : body, tag: area || "tocsin", lang, icon: "/static/icon.svg",
    renotify: !over, silent: Boolean(over), requireInteraction: !over && !calm, data: area ? `/area/${area}?lang=${lang}` : "/",
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data, location.origin), to = wanted.origin === location.origin ? wanted.href : location.origin;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const same = open.find((one) => one.url === to);
    await (same ? same.focus() : self.clients.openWindow(to));
  })());
});
