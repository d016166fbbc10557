"use strict";
// Makes the tables that already stand in the page sortable by their headings, and the longer ones filterable.
(() => {
  if (window.incidentlabTables) return;
  window.incidentlabTables = true;
  const PLACES = ".jp-OutputArea-output, .output_html, .postmortem";
  const LONG = 8; // rows from which a table has a filter
  const BUTTON = "font:inherit;font-weight:600;border:0;background:none;padding:0;cursor:pointer;color:inherit;text-align:left";
  const ARROWS = { ascending: " ▲", descending: " ▼", none: " ↕" };
  const TURN = { none: "ascending", ascending: "descending", descending: "none" };
  const order = new Intl.Collator("en", { numeric: true });

  const text = (row, i) => (row.cells[i]?.textContent ?? "").trim();
  const compare = (a, b) => (isNaN(a) || isNaN(b) ? order.compare(a, b) : a - b);
  const sorted = (rows, i, way) =>
    way === "none" ? rows : [...rows].sort((one, other) => {
      const [a, b] = [text(one, i), text(other, i)];
      return a === "" || b === "" ? (a === "") - (b === "") : compare(a, b) * (way === "ascending" ? 1 : -1);
    });

  const heading = (head, i, heads, body, rows) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "incidentlab-sort", title: "sort by this column" });
    const arrow = document.createElement("span");
    arrow.setAttribute("aria-hidden", "true");
    arrow.style.cssText = "color:#888;font-size:10px";
    button.style.cssText = BUTTON;
    button.append(...head.childNodes, arrow);
    head.append(button);
    const turn = (way) => {
      head.setAttribute("aria-sort", way);
      arrow.textContent = ARROWS[way];
    };
    turn("none");
    button.addEventListener("click", () => {
      const way = TURN[head.getAttribute("aria-sort")];
      heads.forEach((other) => other.turn("none"));
      turn(way);
      body.append(...sorted(rows, i, way));
    });
    return { turn };
  };

  const filter = (table, rows) => {
    const box = document.createElement("p");
    box.style.cssText = "margin:.3rem 0;font-size:12px;text-align:left";
    const input = document.createElement("input");
    Object.assign(input, { type: "search", className: "incidentlab-filter", placeholder: "filter rows by words" });
    input.setAttribute("aria-label", "filter the rows of the table below");
    input.style.cssText = "font:inherit;padding:.1rem .3rem;width:14rem;max-width:100%";
    const count = document.createElement("output");
    count.style.cssText = "margin-left:.6rem;color:inherit";
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/);
      const kept = rows.filter((row) => words.every((word) => row.textContent.toLowerCase().includes(word)));
      rows.forEach((row) => { row.style.display = kept.includes(row) ? "" : "none"; });
      count.textContent = input.value ? `${kept.length} of ${rows.length} rows` : "";
    });
    box.append(input, count);
    table.before(box);
  };

  const enhance = (table) => {
    const body = table.tBodies[0], head = table.tHead?.rows[0];
    if (table.dataset.sortable || !body || !head || body.rows.length < 2 || !table.closest(PLACES)) return;
    table.dataset.sortable = "yes";
    const rows = [...body.rows], heads = [];
    [...head.cells].forEach((cell, i) => heads.push(heading(cell, i, heads, body, rows)));
    if (rows.length >= LONG) filter(table, rows);
  };

  const look = () => document.querySelectorAll("table").forEach(enhance);
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
