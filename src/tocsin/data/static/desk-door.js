// Passkeys: signing in with one, and adding one to one's account. The form with password and code works without this.
"use strict";
(() => {
  const base = document.body.dataset.base, said = document.getElementById("passkey-said");
  const csrf = document.querySelector("meta[name=csrf]");
  if (!window.PublicKeyCredential || !window.isSecureContext) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function post(path, body) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (csrf) headers["X-CSRF"] = csrf.content;
    const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // The options come as JSON; older browsers cannot read that themselves.
  function options(told) {
    const key = { ...told, challenge: bytes(told.challenge) };
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (told[list]) key[list] = told[list].map((one) => ({ ...one, id: bytes(one.id) }));
    }
    if (told.user) key.user = { ...told.user, id: bytes(told.user.id) };
    return key;
  }

  function plain(credential) {
    const given = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) given[name] = text(credential.response[name]);
    }
    if (credential.response.getTransports) given.transports = credential.response.getTransports();
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: given, clientExtensionResults: credential.getClientExtensionResults(), authenticatorAttachment: credential.authenticatorAttachment };
  }

  async function attempt(work) {
    if (said) said.hidden = true;
    try { await work(); } catch { if (said) said.hidden = false; }
  }

  // Also for desk.js: it wakes a session with a passkey.
  window.tocsinPasskey = async (next) => {
    const begun = await post("/passkey/begin", {});
    const credential = await navigator.credentials.get({ publicKey: options(begun.publicKey) });
    return post("/passkey/finish", { ceremony: begun.ceremony, credential: plain(credential), next });
  };

  const enter = document.getElementById("passkey"), add = document.getElementById("add-passkey");
  if (enter) {
    enter.hidden = false;
    enter.addEventListener("click", () => attempt(async () => {
      const told = await window.tocsinPasskey(enter.dataset.next);
      // Only an address of the desk itself is followed.
      const to = new URL(told.location || base, location.origin);
      location.assign(to.origin === location.origin && to.pathname.startsWith(base) ? to.href : base);
    }));
  }
  if (add) {
    add.hidden = false;
    add.addEventListener("click", () => attempt(async () => {
      const begun = await post("/passkey/add/begin", {});
      const credential = await navigator.credentials.create({ publicKey: options(begun.publicKey) });
      const label = document.getElementById("label").value.trim() || navigator.platform || "passkey";
      await post("/passkey/add/finish", { ceremony: begun.ceremony, credential: plain(credential), label });
      location.reload();
    }));
  }
})();
