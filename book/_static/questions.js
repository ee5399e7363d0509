// Self-checks to click: an option becomes a button, and says why it is right or wrong. Without this the answer is folded.

addEventListener("DOMContentLoaded", () => {
  "use strict";
  let named = 0;
  for (const list of document.querySelectorAll("ul.options")) {
    const answer = list.nextElementSibling;
    const right = [...list.classList].find((name) => name.startsWith("right-"))?.slice(-1);
    if (!right || !answer?.matches("details")) continue;
    const verdict = document.createElement("div");
    verdict.className = "verdict";
    verdict.setAttribute("role", "status");
    list.after(verdict);
    for (const item of list.children) {
      const text = document.createTreeWalker(item, NodeFilter.SHOW_TEXT).nextNode();
      const [, letter] = text.data.match(/^\s*\(([a-z])\)/);
      text.data = text.data.replace(/^\s*\([a-z]\)\s*/, "");
      const words = document.createElement("div");
      words.id = `option-${++named}`;
      words.append(...item.childNodes);
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = letter;
      button.id = `choose-${named}`;
      button.setAttribute("aria-labelledby", `${button.id} ${words.id}`);
      button.setAttribute("aria-pressed", "false");
      item.append(button, words);
      button.addEventListener("click", () => {
        for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
        item.classList.add(letter === right ? "is-right" : "is-wrong");
        const said = document.createElement("strong");
        said.textContent = letter === right ? "Right. " : "No. ";
        const why = [...answer.querySelectorAll(`.why-${letter}`)].map((part) => part.cloneNode(true));
        for (const part of why) {
          for (const named of [part, ...part.querySelectorAll("[id]")]) named.removeAttribute("id");
        }
        const first = why[0].firstChild; // "(a)" or "(a)." is not said again, where the sentence can do without
        if (letter === right && first?.nodeName === "STRONG") first.remove();
        verdict.replaceChildren(said, ...why.flatMap((part) => [part, " "]));
        verdict.classList.toggle("is-right", letter === right);
      });
    }
  }
});
