/* Names for controls that scripts of the admin build without any. Nothing is needed without them. */
function nameOf(select) {
  const label = select.labels?.[0];
  if (label) return label.textContent.trim().replace(/:$/, "");
  const cell = select.closest("td");
  if (!cell) return select.name;
  const heading = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  return heading.textContent.trim();
}

/* The search inputs of choosing by typing; the one of a single choice exists only while open. */
function nameSearches(root) {
  for (const search of root.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const within = search.closest(".select2-container");
    const select =
      within.previousElementSibling?.matches("select") ? within.previousElementSibling : opened;
    if (select) search.setAttribute("aria-label", nameOf(select));
  }
  for (const box of root.querySelectorAll('.select2-selection[role="combobox"]')) {
    const select = box.closest(".select2-container").previousElementSibling;
    if (!select?.matches("select") || box.dataset.named) continue;
    box.dataset.named = "yes";
    box.removeAttribute("aria-labelledby");
    box.setAttribute("aria-label", nameOf(select));
  }
}

/* Fields in rows of a table have no label of their own: the heading of their column is it. */
function nameCells() {
  for (const field of document.querySelectorAll(
    ".tabular td :is(input:not([type=hidden]), select, textarea)",
  )) {
    if (!field.labels?.length && !field.hasAttribute("aria-label") && !field.closest(".select2")) {
      field.setAttribute("aria-label", nameOf(field));
    }
  }
}

let opened = null;
const $ = window.django?.jQuery;
if ($) {
  $(document).on("select2:opening", (event) => {
    opened = event.target;
  });
}

function look() {
  nameSearches(document);
  nameCells();
}

let waiting = false;
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    look();
  });
}).observe(document.body, { childList: true, subtree: true });
look();
