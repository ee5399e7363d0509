// In the page: keeps a learner's work safe. Saves by itself, downloads and uploads the notebook, ends a cell that does not,
// says when Python is still starting and when an exercise has been updated, and has the page kept for a visit without a network.

(() => {
  "use strict";

  const LIMIT = 120; // seconds that JupyterLite may take to start
  const LONG = 20; // seconds after which a busy Python is remarked on
  const LARGEST = 20e6; // bytes of a notebook that is uploaded; with pictures they have some hundred thousand
  const REST = 1; // second after the last change when a notebook is saved
  const OFTEN = 10; // seconds after which it is saved though changes go on
  const { say, keeps } = window.ReadingDigits;
  const root = new URL("./", document.currentScript.src);

  const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  async function until(found) {
    for (let waited = 0; waited < LIMIT; waited += 0.2) {
      const value = found();
      if (value) return value;
      await wait(0.2);
    }
    return null; // then there is no JupyterLite to help: start.js has said what the browser lacks
  }

  // --- What is saved in this browser ----------------------------------------------------------------------

  /** A notebook as it was saved here, or null. What the site serves does not count. */
  async function saved(path) {
    const name = `JupyterLite Storage - ${root.pathname}`;
    const known = await indexedDB.databases();
    if (!known.some((database) => database.name === name)) return null;
    const database = await asked(indexedDB.open(name));
    try {
      if (!database.objectStoreNames.contains("files")) return null;
      return (await asked(database.transaction("files").objectStore("files").get(path))) || null;
    } finally {
      database.close();
    }
  }
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  const text = (cell) => [].concat(cell.source).join("");
  /** Whether nobody has written anything into a notebook since it was served. (JupyterLite saves it when it opens it.) */
  const untouched = (mine, theirs) => theirs && JSON.stringify(mine.cells.map(text)) === JSON.stringify(theirs.cells.map(text));

  /** A name under which nobody has written anything: the one given, or with -1, -2 and so on. */
  async function free(path) {
    for (let number = 0; ; number++) {
      const name = number ? path.replace(/\.ipynb$/, `-${number}.ipynb`) : path;
      const [mine, theirs] = [await saved(name), await served(name)];
      if (mine ? untouched(mine.content, theirs) : !theirs || number === 0) return name;
    }
  }
  async function served(path) {
    const answer = await fetch(new URL(`files/${encodeURIComponent(path)}`, root), { cache: "no-cache" }).catch(() => null);
    return answer && answer.ok ? answer.json() : null;
  }

  const keep = (app, path, content) => app.serviceManager.contents.save(path, { type: "notebook", format: "json", content });
  const open = (path) => location.assign(new URL(`notebooks/index.html?path=${encodeURIComponent(path)}`, root));

  /**
   * Saves the notebook whenever it has changed, and says whether it is saved.
   *
   * JupyterLite's own way of saving is used, which asks when another tab has saved something else, and says when there is
   * no room. Once it was refused or has failed, nothing is saved until the learner saves.
   */
  function saveByItself(panel, said) {
    const { context } = panel;
    const cells = () => JSON.stringify(context.model.toJSON().cells); // Python's start alone changes the metadata
    let last = cells();
    let saving = null; // the cells of a save that has not succeeded
    let resting = 0, since = 0, looking = 0;
    let lasts = true;
    keeps.then((kept) => { lasts = kept; });

    const note = () => {
      const changed = cells() !== last;
      said.textContent = changed ? (saving === null ? "Not saved yet" : "Not saved")
        : lasts ? "Saved in this browser" : "Kept until this page is closed";
      return changed;
    };
    const save = () => {
      clearTimeout(resting);
      resting = since = 0;
      if (note() && saving === null) context.save().catch(() => {}).finally(note); // what is wrong, JupyterLite has said
    };
    const change = () => {
      const now = performance.now();
      since = since || now;
      clearTimeout(resting);
      resting = setTimeout(save, Math.max(0, Math.min(1000 * REST, since + 1000 * OFTEN - now)));
      looking = looking || setTimeout(() => {
        looking = 0;
        if (cells() !== last) note();
      }, 200);
    };
    context.model.contentChanged.connect(change);
    context.saveState.connect((_, state) => {
      if (state === "started") saving = cells();
      if (state !== "completed") return;
      last = saving;
      saving = null;
      if (note()) change();
    });
    document.addEventListener("visibilitychange", () => document.hidden && cells() !== last && save());
    for (const leaving of ["pagehide", "beforeunload"]) addEventListener(leaving, () => cells() !== last && save());
  }

  // --- The notebook that is open --------------------------------------------------------------------------

  function download(panel) {
    const text = `${JSON.stringify(panel.context.model.toJSON(), null, 1)}\n`; // as it is shown, saved or not
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" })),
      download: panel.context.path.split("/").pop(),
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function upload(app, panel, file) {
    const refuse = (cause) => say([cause, "What is open here stays as it is."], null, () => {}, "upload");
    if (file.size > LARGEST) return refuse(`${file.name} has more than ${LARGEST / 1e6} MB: that is no notebook of this course.`);
    let content = null;
    try {
      content = JSON.parse(await file.text());
    } catch {
      return refuse(file.name.endsWith(".ipynb")
        ? `${file.name} is damaged, or was cut off on its way. Download it again where you have it whole.`
        : `${file.name} is not a notebook. Choose the file that ends with .ipynb.`);
    }
    const isNotebook = content && content.nbformat === 4 && Array.isArray(content.cells) && content.metadata;
    if (!isNotebook) return refuse(`${file.name} is not a notebook as Jupyter saves them today. Choose the one you downloaded.`);
    const given = file.name.replace(/( ?\(\d+\))?(\.ipynb)?(\.json|\.txt)?$/, ".ipynb");
    try {
      if (!untouched(panel.context.model.toJSON(), await served(panel.context.path))) await panel.context.save();
      const path = await free(given);
      await keep(app, path, content);
      return open(path);
    } catch (error) {
      return refuse(`${file.name} could not be kept in this browser: ${error.message || error}.`);
    }
  }

  // Our buttons take the place of JupyterLite's logo and of "Last Checkpoint", which says the time at which the site was made.
  const LOOK = `
    .jp-NotebookKernelLogo, .jp-NotebookCheckpoint { visibility: hidden; }
    #work { position: fixed; top: 5px; right: 12px; z-index: 1000; display: flex; gap: 6px; align-items: center;
      font: 13px/1.3 sans-serif; color: var(--jp-ui-font-color1, #222); }
    #work button { font: inherit; padding: 5px 10px; cursor: pointer; white-space: nowrap; color: inherit;
      background: var(--jp-layout-color2, #eee); border: 1px solid var(--jp-border-color1, #bbb); border-radius: 4px; }
    :is(#work-says, #work-saved):not(:empty) { background: var(--jp-layout-color1, white); padding: 2px 6px; border-radius: 4px; }
    @media (max-width: 900px) {
      #work { top: auto; bottom: 8px; left: 12px; flex-wrap: wrap; justify-content: flex-end; }
      #start-says { bottom: 5.5rem !important; }
    }`;

  function bar(app, panel) {
    document.head.append(Object.assign(document.createElement("style"), { textContent: LOOK }));
    const made = document.createElement("div");
    made.id = "work";
    const status = Object.assign(document.createElement("span"), { id: "work-says" });
    status.setAttribute("role", "status");
    const savedOrNot = Object.assign(document.createElement("span"), { id: "work-saved" }); // not read out at each key
    saveByItself(panel, savedOrNot);
    const chooser = Object.assign(document.createElement("input"), { type: "file", accept: ".ipynb,.json,.txt", hidden: true });
    chooser.addEventListener("change", () => {
      if (chooser.files.length) upload(app, panel, chooser.files[0]);
      chooser.value = "";
    });
    const button = (label, title, run) => {
      const one = Object.assign(document.createElement("button"), { textContent: label, title });
      one.addEventListener("click", run);
      return one;
    };
    made.append(
      status,
      savedOrNot,
      button("Download", "Save this notebook as a file, to hand it in or to keep it", () => download(panel)),
      button("Upload", "Open a notebook that you downloaded before", () => chooser.click()),
      button("Stop Python", "End what is running. What is written stays; variables are gone", () => stop(panel, status)),
      chooser,
    );
    document.body.append(made);
    return status;
  }

  const STOPPED = 'Python starts anew. What you wrote stays; the variables are gone. Run the notebook from its top: menu "Run", '
    + '"Run All Cells".';

  /** Ends what is running. What is to be done then is said until a cell runs. */
  async function stop(panel, status) {
    status.textContent = STOPPED;
    await panel.sessionContext.session.kernel.restart();
    for (const cell of panel.content.widgets) {
      if (cell.model.type === "code" && cell.prompt === "*") cell.setPrompt("");
    }
  }

  /** Says why one waits: Python is starting, or has been busy for long. */
  async function watch(panel, status) {
    const session = panel.sessionContext;
    const starting = "Python is starting in this page, which takes longest on the first visit and needs a network until then. "
      + "You can read and write meanwhile.";
    status.textContent = starting;
    const started = await until(() => session.session && session.session.kernel && session.session.kernel.status === "idle");
    if (status.textContent === starting) {
      status.textContent = started ? "" : "Python has not started. Download your work, then load the page again.";
    }
    session.iopubMessage.connect((_, message) => {
      if (message.header.msg_type === "execute_input" && status.textContent === STOPPED) status.textContent = "";
    });
    let since = 0;
    for (;;) {
      await wait(1);
      const kernel = session.session && session.session.kernel;
      if (!kernel || kernel.status !== "busy") {
        if (since && status.textContent !== STOPPED) status.textContent = "";
        since = 0;
        continue;
      }
      since = since || performance.now();
      const seconds = Math.round((performance.now() - since) / 1000);
      if (seconds >= LONG) status.textContent = `Python has been busy for ${seconds} s. "Stop Python" ends it.`;
    }
  }

  // --- An exercise that has been updated ------------------------------------------------------------------

  const version = (notebook) => notebook && notebook.metadata && (notebook.metadata.reading_digits || {}).version;

  /** Whether the site has another version of an exercise than the one that is saved; nothing is replaced. */
  async function updated(app, path) {
    const mine = await saved(path);
    const theirs = mine && await served(path);
    const dismissed = `reading-digits ${path}`;
    if (!theirs || version(mine.content) === version(theirs)) return;
    if (localStorage.getItem(dismissed) === version(theirs)) return;
    say(["This exercise has been updated since you began it. What you see is yours, as you left it; nothing is lost.",
         "The new one can be opened beside it; take your answers over by hand."],
        { label: "Open the new one", run: async () => {
          const beside = await free(path.replace(/\.ipynb$/, "-updated.ipynb"));
          await keep(app, beside, theirs);
          open(beside);
        } },
        () => localStorage.setItem(dismissed, version(theirs)));
  }

  // --- Links to the book's chapters ------------------------------------------------------------------------

  // A notebook's links are those of a file beside the book. Here the book is one folder up.
  const CHAPTER = /^files\/(?:build\/book\/html|docs)\/(.+\.html(?:#.*)?)$/;
  addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".jp-RenderedMarkdown a[href]");
    const chapter = link && link.href.startsWith(root.href) && CHAPTER.exec(link.href.slice(root.href.length));
    if (!chapter) return;
    event.preventDefault();
    window.open(new URL(`../${chapter[1]}`, root), "_blank", "noopener");
  }, true);

  // --- For a visit without a network ----------------------------------------------------------------------

  /** Has the service worker keep what this page has loaded, and what a first cell and Keras need. */
  async function keepPage() {
    if (!navigator.serviceWorker) return;
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    active.postMessage({ keep: [location.href, ...loaded] });
  }

  async function start() {
    const app = await until(() => window.jupyterapp);
    if (!app) return;
    await app.restored;
    const panel = await until(() => app.shell.currentWidget && app.shell.currentWidget.context && app.shell.currentWidget);
    if (!panel) return;
    await panel.context.ready;
    updated(app, panel.context.path).catch((error) => console.warn("Whether it was updated cannot be said:", error));
    const status = bar(app, panel);
    const idle = () => panel.sessionContext.session && panel.sessionContext.session.kernel
      && panel.sessionContext.session.kernel.status === "idle";
    until(idle).then(keepPage);
    watch(panel, status);
  }
  start();
})();
