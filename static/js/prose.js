/* What the editor of formatted text does here: it bears the name of its field, and takes in what
   was copied from Word without what only Word can read. */
import { Extension, Plugin } from "django-prose-editor/editor";

const WORD = /\bclass="?Mso|urn:schemas-microsoft-com:office/i;

/* Word writes a list as paragraphs that begin with a drawn bullet or number. */
function listKind(paragraph) {
  if (!/mso-list:\s*l\d+/i.test(paragraph.getAttribute("style") || "")) return null;
  const marker = paragraph.querySelector('[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]');
  const text = (marker || paragraph).textContent.trim();
  return /^\(?(\d+|[a-z]{1,4})[.)]/i.test(text) ? "ol" : "ul";
}

function level(paragraph) {
  const found = /level(\d)/i.exec(paragraph.getAttribute("style"));
  return found ? Number(found[1]) : 1;
}

function gatherLists(body) {
  let open = []; // the lists that are being filled, outermost first
  for (const paragraph of [...body.querySelectorAll("p")]) {
    const kind = listKind(paragraph);
    if (!kind) {
      open = [];
      continue;
    }
    if (open.length && open[0].nextElementSibling !== paragraph) open = [];
    const depth = Math.min(level(paragraph), open.length + 1);
    open = open.slice(0, depth);
    if (open.length < depth) {
      const list = document.createElement(kind);
      const above = open.at(-1);
      if (above) above.lastElementChild.append(list);
      else paragraph.before(list);
      open.push(list);
    }
    for (const drawn of paragraph.querySelectorAll('[style*="mso-list" i]')) drawn.remove();
    const item = document.createElement("li");
    open.at(-1).append(item);
    item.append(paragraph);
  }
}

function withoutWord(html) {
  if (!WORD.test(html)) return html;
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const gone of page.querySelectorAll("style, script, xml, meta, link, title")) gone.remove();
  gatherLists(page.body);
  for (const title of page.querySelectorAll("p.MsoTitle, h1")) {
    const heading = page.createElement("h2");
    heading.append(...title.childNodes);
    title.replaceWith(heading);
  }
  for (const empty of page.querySelectorAll("p")) {
    if (!empty.textContent.trim() && !empty.querySelector("br, img")) empty.remove();
  }
  const texts = document.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replace(/[\s\u00a0]+/g, " ");
  }
  return page.body.innerHTML;
}

export const Desk = Extension.create({
  name: "desk",

  onCreate({ editor }) {
    const field = editor.view.dom.closest(".prose-editor").querySelector("textarea");
    const name = field.labels[0]?.textContent.trim().replace(/:$/, "") || field.name;
    editor.setOptions({
      editorProps: {
        attributes: {
          role: "textbox",
          "aria-multiline": "true",
          "aria-label": name,
        },
      },
    });
  },

  addProseMirrorPlugins() {
    return [new Plugin({ props: { transformPastedHTML: withoutWord } })];
  },
});
