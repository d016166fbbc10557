"use strict";
const body = document.querySelector("tbody"), rows = [...body.rows], heads = [...document.querySelectorAll("th")];
const value = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent.trim();
const compare = (a, b, sign) => (a === "") - (b === "") || sign * (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
heads.forEach((head, i) => head.firstChild.addEventListener("click", () => {
  const down = head.getAttribute("aria-sort") === "ascending";
  heads.forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...rows.sort((a, b) => compare(value(a, i), value(b, i), down ? -1 : 1)));
}));
const filter = document.getElementById("filter"), shown = document.getElementById("shown");
const apply = () => {
  const words = filter.value.toLowerCase().split(/\s+/);
  for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
};
filter.addEventListener("input", apply);
apply();
