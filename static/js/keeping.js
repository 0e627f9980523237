/* What is typed into a form stays in this browser until it was saved, and is offered again: a
   sign-in that ran out, a closed window or a lost connection costs no text. Signing out forgets. */
const PREFIX = "typed ";
const DAYS = 7;
const SENT = "sent";

function each(work) {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) work(key);
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function entries(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken",
  );
}

/* What differs only because the form was opened at another time is no text. */
function typed(found) {
  return JSON.stringify(found.filter(([name]) => !name.startsWith("_")));
}

function keep(form, key) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries: entries(form) }));
  } catch {
    /* the store is full or refused: nothing else depends on it */
  }
}

/* The server shows the text in the form again, and saves nothing. */
function putBack(form, kept) {
  const again = document.createElement("form");
  again.method = "post";
  again.action = location.href;
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const [name, value] of [...kept.entries, ["csrfmiddlewaretoken", token], ["_again", "1"]]) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    again.append(field);
  }
  again.hidden = true;
  document.body.append(again);
  again.submit();
}

function offer(form, key, kept, panel) {
  panel.querySelector("time").textContent = new Date(kept.at).toLocaleString(
    document.documentElement.lang,
    { dateStyle: "long", timeStyle: "short" },
  );
  panel.hidden = false;
  panel.querySelector(".put-back").addEventListener("click", () => putBack(form, kept));
  panel.querySelector(".forget").addEventListener("click", () => {
    localStorage.removeItem(key);
    panel.hidden = true;
  });
}

let toKeep = 0; // the timer that will keep what was typed last

function follow(form, key) {
  const later = () => {
    clearTimeout(toKeep);
    toKeep = setTimeout(() => keep(form, key), 400);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  window.django?.jQuery?.(form).on("change", later);
  form.addEventListener("submit", (event) => {
    clearTimeout(toKeep);
    keep(form, key);
    if (event.submitter?.formTarget) return; // a preview saves nothing
    sessionStorage.setItem(SENT, key);
  });
}

const sent = sessionStorage.getItem(SENT);
if (sent && document.querySelector(".messagelist .success")) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);
}
each((key) => {
  if (Date.now() - (read(key)?.at || 0) > DAYS * 24 * 3600 * 1000) localStorage.removeItem(key);
});
document.getElementById("logout-form")?.addEventListener("submit", () => {
  clearTimeout(toKeep); // a slow answer leaves it time to keep the text again
  each((key) => localStorage.removeItem(key));
});

const panel = document.getElementById("kept");
if (panel) {
  const form = panel.closest("form");
  const key = `${PREFIX}${panel.dataset.user} ${location.pathname}`;
  const kept = read(key);
  if (kept && !document.querySelector(".errornote, .errorlist.nonfield")) {
    if (typed(kept.entries) === typed(entries(form))) localStorage.removeItem(key);
    else offer(form, key, kept, panel);
  }
  follow(form, key);
}
