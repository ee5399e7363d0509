"use strict";
// Puts together the commands that set a score or leave a comment, ready to be copied. It changes nothing by itself.
(() => {
  const quote = (words) => `'${words.replace(/[\r\n\t]+/g, " ").replace(/'/g, `'"'"'`)}'`;

  for (const part of document.querySelectorAll("details.decide")) {
    const form = part.querySelector("form");
    const command = part.querySelector("pre.command");
    const [score, words] = [part.querySelector("input"), part.querySelector("textarea")];
    const status = part.querySelector("[role=status]");
    const options = document.querySelector("main").dataset.options;
    const made = () => {
      const said = words.value.trim();
      const points = score ? score.value.trim().replace(",", ".") : "";
      const number = /^\d+(\.\d+)?$/.test(points) ? points : quote(points);
      if (points) return `autograder adjust ${options} --reason ${quote(said || "WHY")} ${form.dataset.whom} ${number}`;
      if (said || !score) return `autograder comment ${options} ${form.dataset.whom} ${quote(said || "WHAT YOU SAY")}`;
      return `autograder adjust ${options} --reason 'WHY' ${form.dataset.whom} SCORE`;
    };
    const show = () => {
      command.textContent = made();
      const points = score ? score.value.trim().replace(",", ".") : "";
      const wrong = points !== "" && !(Number(points) >= 0 && Number(points) <= Number(score.dataset.most));
      status.textContent = wrong ? `Give a score from 0 to ${Number(score.dataset.most)}.` : "";
    };
    form.hidden = false;
    part.querySelector(".copy").hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", show);
    part.querySelector("button").addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command.textContent);
        status.textContent = "Copied. Paste it into a terminal.";
      } catch {
        getSelection().selectAllChildren(command);
        status.textContent = "Selected: copy it with Ctrl+C, or ⌘C.";
      }
    });
  }
})();
