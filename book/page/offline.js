// The service worker of the page: keeps its files for a visit without a network, and leaves the rest to JupyterLite's own.

"use strict";

// offline.json, beside this file: {version, keep}. Files below these folders do not change while the version is the same:
// they are taken from the store first. All others are asked for first, and taken from the store without a network.
const LASTING = ["build/", "extensions/", "static/"];
const VERSION = "@version@"; // the builder's: with it this file changes, and so browsers notice a new site
const here = new URL("./", self.location.href);
const STORE = `reading-digits ${here.pathname} `;

const inside = (url) => (url.href.startsWith(here.href) ? decodeURIComponent(url.href.slice(here.href.length).split(/[?#]/)[0]) : null);
const store = () => caches.open(STORE + VERSION);
const found = async (request) => (await store()).match(request, { ignoreSearch: true });

async function kept(request) {
  const answer = await fetch(request);
  if (answer.status === 200) {
    const copy = answer.clone();
    store().then((open) => open.put(new URL(request.url).href.split(/[?#]/)[0], copy)).catch(() => {}); // full: go on without
  }
  return answer;
}
const lasting = async (request) => (await found(request)) || kept(request);
async function changing(request) {
  try {
    return await kept(request);
  } catch (error) {
    const old = await found(request);
    if (old) return old;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const path = inside(url);
  const own = path === null || event.request.method !== "GET" || path.startsWith("api/drive") || path.startsWith("api/stdin");
  if (own || path.startsWith("api/service-worker")) return; // JupyterLite's listener, below
  event.stopImmediatePropagation();
  event.respondWith(LASTING.some((folder) => path.startsWith(folder)) ? lasting(event.request) : changing(event.request));
});

self.addEventListener("message", (event) => {
  if (event.data && Array.isArray(event.data.keep)) event.waitUntil(keep(event.data.keep));
});

/** Keeps these addresses, as far as they are ours, and what offline.json lists; what is there already is not fetched. */
async function keep(addresses) {
  const listed = await (await fetch(new URL("offline.json", here))).json();
  const all = [...addresses, ...listed.keep.map((path) => new URL(path, here).href)];
  const open = await store();
  for (const address of new Set(all.map((one) => one.split(/[?#]/)[0]))) {
    if (inside(new URL(address)) === null || (await open.match(address))) continue;
    try {
      const answer = await fetch(address, { cache: "force-cache" });
      if (answer.status === 200) await open.put(address, answer);
    } catch {
      return; // no network any more, or the store is full: what is kept is kept
    }
  }
}

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith(STORE) && name !== STORE + VERSION) await caches.delete(name);
})()));

importScripts("./service-worker-of-jupyterlite.js");
