// Three small things that the theme leaves undone. Linked on every page, before it is shown.

(() => {
  "use strict";

  // From file:// a browser may not read other pages, so the search shows titles without excerpts there.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  // From file:// a browser runs no Python either: say how to serve the book in place of a link that leads nowhere.
  addEventListener("DOMContentLoaded", () => {
    if (location.protocol !== "file:") return;
    for (const offer of document.querySelectorAll(".in-the-page")) {
      offer.textContent = " It can be done in the browser, too, with nothing installed, when the book is served: run "
        + "python -m http.server --bind 127.0.0.1 in the book's folder, and open http://127.0.0.1:8000.";
    }
  });

  // What scrolls sideways must be reachable by keyboard: wide formulas and tables, as soon as they are drawn.
  const scrolls = "mjx-container, div.math, .pst-scrollable-table-container, pre";
  const reach = () => {
    for (const element of document.querySelectorAll(scrolls)) {
      const wide = element.scrollWidth > element.clientWidth + 1
        && /auto|scroll/.test(getComputedStyle(element).overflowX);
      if (wide) element.tabIndex = 0;
      else if (element.matches("mjx-container, div.math")) element.removeAttribute("tabindex");
    }
  };
  addEventListener("load", async () => {
    if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
    reach();
    addEventListener("resize", reach);
    document.addEventListener("toggle", reach, true); // folded parts have no width until they are opened
  });
})();
