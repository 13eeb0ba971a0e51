// Filters and sorts the register; without scripts the report is complete all the same.
const rows = [...document.querySelectorAll("#register-list > details")];
const words = document.querySelector("#filter-text");
const floor = document.querySelector("#filter-severity");
const order = ["note", "low", "medium", "high", "critical"];
function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = row.dataset.text;
    row.hidden = order.indexOf(row.dataset.severity) < order.indexOf(floor.value) || !wanted.every((word) => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  document.querySelector("#filter-count").textContent = `${shown} of ${rows.length}`;
}
if (words) {
  words.addEventListener("input", filter);
  floor.addEventListener("change", filter);
  filter();
}
for (const table of document.querySelectorAll("table.sortable")) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const at = head.cellIndex;
      const key = (row) => row.cells[at].dataset.key ?? row.cells[at].textContent.trim();
      const sorted = [...table.tBodies[0].rows].sort((a, b) => key(a).localeCompare(key(b), undefined, { numeric: true }));
      if (down) sorted.reverse();
      table.tBodies[0].append(...sorted);
    });
  }
}
const picture = document.querySelector("#picture");
const zoom = document.querySelector("#zoom");
if (picture?.querySelector("svg")) {
  zoom.hidden = false;
  zoom.addEventListener("click", () => {
    const full = picture.classList.toggle("full");
    zoom.textContent = full ? "Fit to the page" : "Show at full size";
  });
}
function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", open);
addEventListener("beforeprint", () => rows.forEach((row) => (row.open = true)));
open();
