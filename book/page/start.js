// In the page: before JupyterLite starts, asks the browser to keep what is saved, and says in one sentence what it lacks.
// Its `ReadingDigits.say` is how work.js says something, too; `ReadingDigits.keeps` is whether anything is kept for good.

(() => {
  "use strict";

  const ELSEWHERE = 'Download the exercises instead: appendix B of the book, "Your environment", says how to run them.';
  const DOWNLOAD = location.pathname.includes("/notebooks/") // only there is work.js with its button
    ? 'Download your notebook before you leave, with the button "Download".'
    : 'Download your notebooks before you leave: right-click each in the list of files, and choose "Download".';

  const STORAGE_FULL = "This browser's storage is full: no notebook can be opened or saved here. Make room, for instance by "
    + "deleting what other sites keep, and load this page again.";

  // Without these nothing runs. Each is tried, for a browser may have them and not let this page use them.
  const startsWorker = () => {
    const address = URL.createObjectURL(new Blob([""]));
    try {
      new Worker(address).terminate();
      return true;
    } catch {
      return false;
    } finally {
      URL.revokeObjectURL(address);
    }
  };
  const lacking = () => {
    if (typeof WebAssembly !== "object") return "This browser has no WebAssembly, in which Python runs here.";
    if (typeof Worker !== "function" || !startsWorker()) return "This browser starts no worker, in which Python runs here.";
    return "";
  };

  // A private window may have no database; without one, all is gone when the page is closed. In a full one no notebook
  // can be opened, for opening one keeps something, too.
  const KEPT = 1, NOTHING = 2, FULL = 3;
  const NOTEBOOK = 200000; // bytes; the largest exercise has fewer
  const keeps = () => new Promise((resolve) => {
    const name = "reading-digits-try";
    const done = (outcome, base) => {
      if (base) base.close();
      indexedDB.deleteDatabase(name);
      resolve(outcome);
    };
    try {
      const request = indexedDB.open(name);
      request.onerror = () => resolve(NOTHING);
      request.onupgradeneeded = () => request.result.createObjectStore("tries");
      request.onsuccess = () => {
        const base = request.result;
        try {
          const trying = base.transaction("tries", "readwrite");
          trying.onabort = () => done(FULL, base);
          trying.oncomplete = () => done(KEPT, base);
          trying.objectStore("tries").put(new Uint8Array(NOTEBOOK), 0);
        } catch {
          done(FULL, base);
        }
      };
    } catch {
      resolve(NOTHING);
    }
  });
  const isKept = async () => {
    const storage = navigator.storage;
    if (!storage || !storage.persist) return false;
    return await storage.persisted() || await storage.persist();
  };

  const LOOK = "padding: .75rem 1rem; font: 14px/1.45 sans-serif; color: #222; background: #fff8e1; "
    + "border: 1px solid #b58900; border-radius: 4px";

  /** Where sentences stand, one above the other, until each is closed. */
  const place = () => {
    const known = document.getElementById("start-says");
    if (known) return known;
    const made = document.createElement("div");
    made.id = "start-says";
    made.setAttribute("role", "status");
    made.style.cssText = "position: fixed; right: 1rem; bottom: 1rem; z-index: 10000; width: min(24rem, calc(100vw - 2rem)); "
      + "display: flex; flex-direction: column; gap: .5rem";
    document.body.append(made);
    return made;
  };

  /**
   * Says something that stays until it is closed.
   *
   * @param sentences: an array of strings.
   * @param action: {label, run} of one more button, which closes it, too; or nothing.
   * @param closed: called when the reader has closed it.
   * @param about: what it is about; what was said about the same before is taken away. Nothing: it stands by itself.
   */
  const say = (sentences, action, closed = () => {}, about = "") => {
    if (about) for (const before of place().querySelectorAll(`[data-about="${about}"]`)) before.remove();
    const card = document.createElement("div");
    card.style.cssText = LOOK;
    card.dataset.about = about;
    card.append(`${sentences.join(" ")} `);
    const button = (label, run) => {
      const made = document.createElement("button");
      made.textContent = label;
      made.addEventListener("click", () => {
        card.remove();
        if (!place().childElementCount) place().remove();
        run();
        closed();
      });
      card.append(made, " ");
    };
    if (action) button(action.label, action.run);
    button("Close", () => {});
    place().append(card);
  };
  const outcome = keeps();
  window.ReadingDigits = { say, keeps: outcome.then((kept) => kept !== NOTHING) };

  const start = async () => {
    const what = lacking();
    const kept = what || await outcome;
    if (what) say([what, ELSEWHERE]);
    else if (kept === FULL) say([STORAGE_FULL, ELSEWHERE]);
    else if (kept === NOTHING) say(["This browser keeps nothing that you save here, as in a private window.", DOWNLOAD]);
    else if (!await isKept()) say(["This browser may delete what you save here when it needs the space.", DOWNLOAD]);
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
