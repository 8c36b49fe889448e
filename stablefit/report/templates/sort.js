"use strict";
// A click on a column's title sorts by it, a second one the other way round; what is no number comes last.
for (const table of document.querySelectorAll("table")) {
  const titles = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  titles.forEach((title, column) => {
    title.querySelector("button").addEventListener("click", () => {
      const sign = title.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of titles) other.setAttribute("aria-sort", "none");
      title.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const compare = (first, second) => {
        const [a, b] = [first.cells[column], second.cells[column]];
        if (a.dataset.key === undefined || b.dataset.key === undefined)
          return sign * a.textContent.localeCompare(b.textContent, "en", { numeric: true });
        const [x, y] = [a, b].map((cell) => Number(cell.dataset.key.replace("inf", "Infinity")));
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
        return x === y ? 0 : sign * (x < y ? -1 : 1);
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}
