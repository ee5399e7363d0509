/* The settings of a demo in the page's address, so that they can be linked and sent. */
"use strict";
var ReadingDigits = window.ReadingDigits || {};

/**
 * Reads and writes the settings of the demo whose element is `anchor`.
 *
 * @param start the setting's names with the values that need no place in the address
 * @param readers for each name a function from its text to its value, or to undefined where it cannot be read
 * @returns {read, write}: `read(query)` gives {settings, complaint}: what the query sets, and a sentence on what it sets
 *   in a way that cannot be read, or ""; `write(settings)` puts them into the address
 */
ReadingDigits.address = function (anchor, start, readers) {
  return {
    read(query = location.search) {
      const given = new URLSearchParams(query);
      const settings = {};
      const wrong = [];
      for (const [name, read] of Object.entries(readers)) {
        if (!given.has(name)) continue;
        const value = read(given.get(name));
        if (value === undefined) wrong.push(name);
        else settings[name] = value;
      }
      const listed = wrong.length > 2 ? `${wrong.slice(0, -1).join(", ")} and ${wrong.at(-1)}` : wrong.join(" and ");
      return { settings, complaint: listed && `The address gives ${listed} in a way that cannot be read, so it was left out. ` };
    },
    write(settings) {
      const url = new URL(location.href);
      for (const [name, value] of Object.entries(settings)) {
        if (String(value) === String(start[name])) url.searchParams.delete(name);
        else url.searchParams.set(name, value);
      }
      url.hash = anchor;
      history.replaceState(null, "", url);
    },
  };
};
