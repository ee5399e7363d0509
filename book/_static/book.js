// Two small things that the theme leaves undone. Linked on every page, before it is shown.

(() => {
  "use strict";

  // From file:// a browser may not read other pages, so the search shows titles without excerpts there.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

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
