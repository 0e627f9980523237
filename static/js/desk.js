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

/* To a field, or to what a script has put in its place. */
function goTo(field) {
  const shown = field?.checkVisibility() && !field.matches(".select2-hidden-accessible");
  const instead = field?.parentElement.querySelector(
    ".select2-search__field, .select2-selection[tabindex], .ProseMirror",
  );
  (shown ? field : instead || field)?.focus();
}

const wrong = document.querySelector(".wrong-fields");
if (wrong) {
  const target = (link) => document.getElementById(link.hash.slice(1));
  wrong.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    goTo(target(link));
  });
  window.addEventListener("load", () => goTo(target(wrong.querySelector("a"))));
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

/* The button that publishes later names the moment as it is typed. */
const publishes = document.querySelector("[data-publishes]");
const later = document.querySelector(".step-publish-at");
if (publishes && later) {
  const words = later.dataset.words;
  const bare = later.dataset.bare;
  const say = () => {
    const at = new Date(publishes.value);
    if (Number.isNaN(at.getTime())) {
      later.textContent = bare;
      return;
    }
    const day = at.toLocaleDateString(document.documentElement.lang, {
      day: "numeric",
      month: "long",
      year: "numeric",
    });
    const time = publishes.value.split("T")[1].slice(0, 5);
    later.textContent = words.replace("{moment}", `${day}, ${time} ${publishes.dataset.publishes}`);
  };
  publishes.addEventListener("input", say);
}
