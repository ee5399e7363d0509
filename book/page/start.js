// In the page: before JupyterLite starts, asks the browser to keep what is saved, and says in one sentence what it lacks.

(() => {
  "use strict";

  const ELSEWHERE = 'Download the exercises instead: appendix B of the book, "Your environment", says how to run them.';
  const DOWNLOAD = "Download your notebook before you leave: in the list of files, a right click on it, Download.";

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

  // A private window may have no database; without one, all is gone when the page is closed.
  const keepsAnything = () => new Promise((resolve) => {
    const name = "reading-digits-try";
    try {
      const request = indexedDB.open(name);
      request.onerror = () => resolve(false);
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase(name);
        resolve(true);
      };
    } catch {
      resolve(false);
    }
  });
  const isKept = async () => {
    const storage = navigator.storage;
    if (!storage || !storage.persist) return false;
    return await storage.persisted() || await storage.persist();
  };

  const say = (...sentences) => {
    const card = document.createElement("div");
    card.id = "start-says";
    card.setAttribute("role", "status");
    card.style.cssText = "position: fixed; right: 1rem; bottom: 1rem; z-index: 10000; max-width: 24rem; padding: .75rem 1rem; "
      + "font: 14px/1.45 sans-serif; color: #222; background: #fff8e1; border: 1px solid #b58900; border-radius: 4px";
    card.append(sentences.join(" ") + " ");
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => card.remove());
    card.append(close);
    document.body.append(card);
  };

  const start = async () => {
    const what = lacking();
    if (what) say(what, ELSEWHERE);
    else if (!await keepsAnything()) say("This browser keeps nothing that you save here, as in a private window.", DOWNLOAD);
    else if (!await isKept()) say("This browser may delete what you save here when it needs the space.", DOWNLOAD);
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
