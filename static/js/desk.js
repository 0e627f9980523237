/* Names for controls that scripts of the admin build without any. Nothing is needed without them. */
function nameOf(select) {
  const label = select.labels[0];
  return label ? label.textContent.trim().replace(/:$/, "") : select.name;
}

/* The search inputs of choosing by typing; the one of a single choice exists only while open. */
function nameSearches() {
  for (const search of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const within = search.closest(".select2-container");
    const select =
      within.previousElementSibling?.matches("select") ? within.previousElementSibling : opened;
    if (select) search.setAttribute("aria-label", nameOf(select));
  }
  for (const box of document.querySelectorAll('.select2-selection[role="combobox"]')) {
    const select = box.closest(".select2-container").previousElementSibling;
    if (!select?.matches("select") || box.dataset.named) continue;
    box.dataset.named = "yes";
    box.removeAttribute("aria-labelledby");
    for (const named of [box, ...box.querySelectorAll('[role="textbox"]')]) {
      named.setAttribute("aria-label", nameOf(select));
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

let waiting = false;
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    nameSearches();
  });
}).observe(document.body, { childList: true, subtree: true });
nameSearches();
