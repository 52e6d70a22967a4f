// Shows the last page that was seen when there is no network, and marks it as stale: it is never shown as fresh.
"use strict";
const STORE = "tocsin-1";
self.addEventListener("install", (event) => { self.skipWaiting(); event.waitUntil(caches.open(STORE)); });
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/v1/")) return;
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
