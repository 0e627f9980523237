/* What the editor of formatted text does here: it bears the name of its field, and takes in what
   was copied from Word or another office program without what only that program can read. */
import { Extension, Plugin } from "django-prose-editor/editor";

/* Styles become data before anything is parsed: a strict policy reports each one that is read. */
function withoutStyles(html) {
  return html
    .replace(/<style\b[\s\S]*?<\/style>/gi, "")
    .replace(DRAWN, "<span data-drawn>$1</span>")
    .replace(/<!\[(?:end)?if[^>]*\]>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
}

function styled(element, pattern) {
  return pattern.test(element.dataset.style || "");
}

function replaceBy(name, element) {
  const other = element.ownerDocument.createElement(name);
  other.append(...element.childNodes);
  element.replaceWith(other);
}

/* Word writes a list as paragraphs that begin with a drawn bullet or number. Its programs mark
   that beginning in one of these ways, or in none; no-break spaces part it from the words. */
const DRAWN = /<!(?:--)?\[if !supportLists\](?:--)?>([\s\S]*?)<!(?:--)?\[endif\](?:--)?>/gi;
const SIGN = /^\s*(?:[·•▪o§\uf0b7\uf0a7–-]|\(?(?:\d+|[a-z]{1,4})[.)])[^\S\u00a0]*\u00a0[\s\u00a0]*/i;
const NUMBER = /^\(?(\d+|[a-z]{1,4})[.)]/i;

function isDrawn(part) {
  return "drawn" in part.dataset || styled(part, /mso-list:\s*ignore/i);
}

function listKind(paragraph) {
  const isListed = styled(paragraph, /mso-list:\s*l\d+/i);
  const isNamed = /\bMsoList/.test(paragraph.className) && SIGN.test(paragraph.textContent);
  if (!isListed && !isNamed) return null;
  const drawn = [...paragraph.querySelectorAll("span")].find(isDrawn);
  return NUMBER.test((drawn || paragraph).textContent.trim()) ? "ol" : "ul";
}

function listLevel(paragraph) {
  const told = /level(\d)/i.exec(paragraph.dataset.style);
  const named = /\bMsoList(?:Bullet|Number)(\d)/.exec(paragraph.className);
  return Number((told || named)?.[1] || 1);
}

function dropSign(paragraph) {
  const marked = [...paragraph.querySelectorAll("span")].filter(isDrawn);
  for (const part of marked) part.remove();
  let rest = marked.length ? 0 : SIGN.exec(paragraph.textContent)?.[0].length || 0;
  const texts = paragraph.ownerDocument.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  while (rest && texts.nextNode()) {
    const count = Math.min(rest, texts.currentNode.length);
    texts.currentNode.deleteData(0, count);
    rest -= count;
  }
}

function gatherLists(body) {
  let lists = []; // those being filled, the outermost first
  let last = null;
  for (const paragraph of [...body.querySelectorAll("p")]) {
    const kind = listKind(paragraph);
    if (!kind) continue;
    const follows = last && last.isConnected && lists[0].nextElementSibling === paragraph;
    if (!follows) lists = [];
    const depth = Math.min(listLevel(paragraph), lists.length + 1);
    lists = lists.slice(0, depth);
    if (lists.length === depth && lists[depth - 1].localName !== kind) lists.pop();
    if (lists.length < depth) {
      const list = body.ownerDocument.createElement(kind);
      if (lists.length) lists.at(-1).lastElementChild.append(list);
      else paragraph.before(list);
      lists.push(list);
    }
    dropSign(paragraph);
    const item = body.ownerDocument.createElement("li");
    lists.at(-1).append(item);
    item.append(paragraph);
    last = paragraph;
  }
}

function clean(html) {
  if (/\bdata-pm-slice=/.test(html)) return html; // copied from this editor
  const { body } = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  for (const gone of body.querySelectorAll("script, xml, meta, link, title")) gone.remove();
  gatherLists(body);
  for (const title of body.querySelectorAll("p.MsoTitle, h1")) replaceBy("h2", title);
  for (const bold of body.querySelectorAll("b[data-style], strong[data-style]")) {
    const isNone = styled(bold, /(?<!mso-bidi-)font-weight:\s*(normal|400)\b/i);
    if (isNone) bold.replaceWith(...bold.childNodes);
  }
  for (const part of body.querySelectorAll("span[data-style]")) {
    if (styled(part, /font-weight:\s*(bold|[6-9]00)/i)) replaceBy("strong", part);
    else if (styled(part, /font-style:\s*italic/i)) replaceBy("em", part);
  }
  for (const empty of body.querySelectorAll("p")) {
    if (!empty.textContent.trim()) empty.remove();
  }
  const texts = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replace(/[\s\u00a0]+/g, " ");
  }
  for (const part of body.querySelectorAll("[data-style]")) part.removeAttribute("data-style");
  return body.innerHTML;
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
    return [new Plugin({ props: { transformPastedHTML: clean } })];
  },
});
