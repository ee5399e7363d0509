"use strict";
// Finds, sorts and chooses in the tables of the class report. What is chosen stands in the page's address.
(() => {
  const PAGE = 50;
  const by = (id) => document.getElementById(id);
  // Without capitals, accents and what is too much of blanks: who types "stefan" looks for Ștefan.
  const LETTERS = { "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th" };
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[łøđðħıßæœþ]/g, (letter) => LETTERS[letter]).replace(/\s+/g, " ").trim();
  const form = by("choose");
  const fields = ["find", "verdict", "question", "points", "mark"].map(by).filter(Boolean);
  const tables = [...document.querySelectorAll("table.all")];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows].map((row, place) => ({
    row, place, link: row.querySelector("th a"),
    text: plain(row.cells[0].textContent) + "\n" + plain(row.lastElementChild.textContent),
    says: row.dataset.says.split(" "), marks: row.dataset.marks.split(" "),
  })));
  const messages = new Map();
  const asks = new Map(); // of messages, the question that they are about
  for (const item of document.querySelectorAll("[id^='message='], [id^='question=']")) {
    const said = item.querySelector(".said");
    if (said) {
      messages.set(item.id.slice("message=".length), said.textContent);
      asks.set(item.id.slice("message=".length), item.dataset.about);
    }
    item.removeAttribute("id"); // with this script the address chooses in the table, and leads there
  }
  let chosen = new URLSearchParams();
  let most = PAGE;

  const has = {
    find: (one, value) => one.text.includes(plain(value)),
    verdict: (one, value) => one.row.dataset.verdict === value,
    mark: (one, value) => one.marks.includes(value),
    message: (one, value) => one.says.includes(value),
    question: (one, value) => {
      const cell = [...one.row.cells].find((cell) => cell.dataset.question === value);
      const wanted = chosen.get("points") || "lost";
      if (!cell || Number(one.row.cells[1].dataset.value) < 0) return false;
      return wanted === "lost" ? cell.dataset.kind !== "full" : cell.dataset.kind === wanted;
    },
  };

  const value = (cell) => "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim().toLowerCase();
  const compare = (first, second) => first < second ? -1 : first > second ? 1 : 0;

  const sorts = (table, wanted) => [...table.tHead.rows[0].cells].some(({ dataset }) =>
    [`${dataset.sort}-up`, `${dataset.sort}-down`].includes(wanted));

  function sort() {
    const [, column, order] = /^(.*)-(up|down)$/s.exec(chosen.get("sort") || "") || [];
    for (const table of tables) {
      const heads = [...table.tHead.rows[0].cells];
      const place = heads.findIndex((head) => head.dataset.sort === column);
      heads.forEach((head, at) => {
        if (at === place) head.setAttribute("aria-sort", order === "down" ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      const own = rows.filter((one) => table.contains(one.row));
      const way = order === "down" ? -1 : 1;
      own.sort((a, b) => (place > 0 ? way * compare(value(a.row.cells[place]), value(b.row.cells[place])) : 0)
        || (place === 0 ? way : 1) * (a.place - b.place));
      table.tBodies[0].append(...own.map((one) => one.row));
    }
  }

  function show() {
    const message = chosen.get("message");
    const asked = asks.get(message) || by("question").selectedOptions[0]?.dataset.anchor || "";
    const fits = rows.filter((one) => [...chosen].every(([name, wanted]) => !(name in has) || has[name](one, wanted)));
    const kept = new Set(fits);
    let left = most;
    for (const table of tables) {
      for (const row of table.tBodies[0].rows) row.hidden = true;
    }
    const ordered = tables.flatMap((table) => [...table.tBodies[0].rows]);
    const of = new Map(rows.map((one) => [one.row, one]));
    for (const row of ordered) {
      if (kept.has(of.get(row)) && left > 0) { row.hidden = false; left -= 1; }
    }
    for (const one of rows) if (one.link) one.link.hash = "desk" in form.dataset ? asked : "";
    for (const table of tables) table.parentElement.hidden = ![...table.tBodies[0].rows].some((row) => !row.hidden);
    const visible = Math.min(fits.length, most);
    by("shown").textContent = fits.length === rows.length ? `All ${rows.length} submissions`
      : `${fits.length} of ${rows.length} submissions`;
    by("all-again").hidden = ![...chosen.keys()].some((name) => name in has);
    by("more").hidden = visible === fits.length;
    by("show-more").textContent = `Show the other ${fits.length - visible}`;
    by("chosen-message").hidden = !message;
    by("chosen-message").querySelector(".message").textContent =
      messages.get(message) || "a message that this report does not have";
  }

  function read() {
    chosen = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    most = PAGE;
    const missing = [...chosen].filter(([name, wanted]) => !(name === "message" || fields.some(({ id }) => id === name)
      || (name === "sort" && tables.some((table) => sorts(table, wanted)))));
    for (const field of fields) {
      field.value = chosen.get(field.id) || (field.id === "points" ? "lost" : "");
      if (field.value === "" && chosen.get(field.id)) missing.push([field.id, chosen.get(field.id)]);
    }
    for (const [name] of missing) chosen.delete(name);
    by("not-here").hidden = !missing.length;
    by("not-here").querySelector("span").textContent = missing.map(([name, wanted]) => `${name} ${wanted}`).join(", ");
    by("points").disabled = !chosen.get("question");
    sort();
    show();
  }

  function write() {
    for (const field of fields) {
      if (field.value && !(field.id === "points" && (field.value === "lost" || !by("question").value))) {
        chosen.set(field.id, field.value);
      } else chosen.delete(field.id);
    }
    keep();
  }

  function keep() {
    const address = chosen.toString();
    by("not-here").hidden = true;
    history.replaceState(null, "", address ? `#${address}` : "#all");
    most = PAGE;
    by("points").disabled = !chosen.get("question");
    sort();
    show();
  }

  function lead() {
    if (!location.hash.includes("=")) return;
    by("all").scrollIntoView();
    by("all").focus({ preventScroll: true });
  }

  for (const table of tables) {
    const names = new Set();
    for (const head of table.tHead.rows[0].cells) {
      let name = head.textContent;
      while (names.has(name)) name += " (again)"; // a question may be called as another column is
      names.add(name);
      head.dataset.sort = name;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.dataset.by !== "number";
        const before = chosen.get("sort");
        const order = before === `${name}-up` ? "down" : before === `${name}-down` ? "up" : up ? "up" : "down";
        chosen.set("sort", `${name}-${order}`);
        keep();
      });
    }
  }
  for (const link of document.querySelectorAll("a.pick")) {
    link.hidden = false;
    link.parentElement.querySelector("details").hidden = true; // the same names, for where there is no table to choose in
    link.addEventListener("click", () => { if (location.hash === link.hash) lead(); });
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const field of fields) field.addEventListener("input", write);
  by("drop-message").addEventListener("click", () => { chosen.delete("message"); keep(); by("find").focus(); });
  by("all-again").addEventListener("click", () => {
    chosen = new URLSearchParams(chosen.has("sort") ? { sort: chosen.get("sort") } : {});
    for (const field of fields) field.value = field.id === "points" ? "lost" : "";
    keep();
    by("find").focus();
  });
  by("show-more").addEventListener("click", () => { most = rows.length; show(); });
  addEventListener("hashchange", () => { if (location.hash.includes("=")) { read(); lead(); } });
  addEventListener("beforeprint", () => { most = rows.length; show(); });
  read();
  lead();
})();
