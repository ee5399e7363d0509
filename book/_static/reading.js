// What has been read, in the sidebar. A chapter counts when its last lines, the three to keep, have been on the screen.

addEventListener("DOMContentLoaded", () => {
  "use strict";
  const KEPT = "reading-digits.read";
  const box = document.querySelector(".reading");
  if (!box) return;
  const chapters = JSON.parse(box.dataset.chapters).map(([page, number]) => ({ page, number }));
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);

  /** The pages that were read; null where this browser keeps nothing. Whatever else lies there counts as nothing. */
  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) || "[]");
      return new Set(Array.isArray(kept) ? kept.filter((page) => chapters.some((one) => one.page === page)) : []);
    } catch (error) {
      return error instanceof SyntaxError ? new Set() : null;
    }
  };
  const keep = (pages) => {
    try {
      localStorage.setItem(KEPT, JSON.stringify([...pages]));
    } catch { /* a full or forbidden storage: the reader goes on without */ }
  };

  const line = document.createElement("p");
  const bar = document.createElement("progress");
  const next = document.createElement("a");
  const again = document.createElement("button");
  bar.max = chapters.length;
  again.type = "button";
  again.textContent = "Forget this";
  line.id = "rd-chapters-read";
  bar.setAttribute("aria-labelledby", line.id);

  const show = () => {
    const pages = read();
    const some = pages !== null && pages.size > 0;
    for (const part of [line, bar, next, again]) part.hidden = !some;
    for (const link of document.querySelectorAll(".bd-sidebar-primary .bd-links a")) {
      const page = chapters.find((one) => link.href.split("#")[0] === new URL(`${one.page}.html`, root).href
        || (one.page === box.dataset.page && link.getAttribute("href") === "#"));
      const isRead = some && page !== undefined && pages.has(page.page);
      link.classList.toggle("is-read", isRead);
      link.querySelector(".said-read")?.remove();
      if (!isRead) continue;
      const said = document.createElement("span");
      said.className = "said-read";
      said.textContent = " (read)";
      link.append(said);
    }
    if (!some) return;
    bar.value = pages.size;
    line.textContent = `You have read ${pages.size} of ${chapters.length} chapters.`;
    const unread = chapters.find((one) => !pages.has(one.page));
    next.hidden = !unread || unread.page === box.dataset.page;
    if (unread) {
      next.href = new URL(`${unread.page}.html`, root).href;
      next.textContent = `Go on with chapter ${unread.number}`;
    }
  };

  again.addEventListener("click", () => {
    keep([]);
    show();
  });
  box.append(line, bar, next, again);
  show();

  const last = document.querySelector(".bd-article .admonition.remember");
  if (!last || !box.dataset.page || read() === null) return;
  new IntersectionObserver(([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    keep(new Set([...read(), box.dataset.page]));
    show();
  }).observe(last);
});
