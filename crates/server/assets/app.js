// What pages gain from a script: they work without it. Nothing here holds state: what the page says is what the store says,
// and the browser keeps nothing.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** An element: `make("p", { className: "quiet" }, "text", other)`. */
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/* ---- said to whoever listens ---- */

const polite = make("div", { className: "unseen", "aria-live": "polite" });
const urgent = make("div", { className: "unseen", "aria-live": "assertive" });
document.body.append(polite, urgent);

const PAUSE = 10_000;
let saidAt = -PAUSE;
let waiting;

/** Says something to a screen reader: progress at most once in ten seconds, the latest then; a failure at once. */
function say(text, { now = false, failure = false } = {}) {
  if (failure || now) {
    (failure ? urgent : polite).textContent = text;
    return;
  }
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    saidAt = performance.now();
    polite.textContent = text;
  }, Math.max(0, saidAt + PAUSE - performance.now()));
}

/* ---- what is read first ---- */

one("[data-focus]")?.focus();
// what an identity provider put into the address is not for the history
if (one("[data-clean-address]")) history.replaceState(null, "", location.pathname);

// without TLS the session's cookie is not taken, and nothing would say why
const insecure = one("[data-insecure]");
if (insecure && !isSecureContext) insecure.hidden = false;

/* ---- ids and keys are copied with one press ---- */

const copies = all("[data-copy]").map((element) => {
  const text = element.dataset.copy || element.textContent.trim();
  const button = make("button", { type: "button", className: "plain copy", ariaLabel: `Copy ${element.dataset.copyName || text}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      say("Could not copy. Select the text and copy it.", { failure: true });
      return;
    }
    button.textContent = "Copied";
    say("Copied", { now: true });
    setTimeout(() => { button.textContent = "Copy"; }, 2_000);
  });
  element.append(" ", button);
  return button;
});

/* ---- how far off a time is goes on while the page is open ---- */

const UNITS = [[5_400, 60, "minute"], [129_600, 3_600, "hour"], [5_184_000, 86_400, "day"], [63_072_000, 2_629_800, "month"]];

function off(seconds) {
  const away = Math.abs(seconds);
  if (away < 45) return "now";
  const [, size, unit] = UNITS.find(([until]) => away < until) ?? [0, 31_557_600, "year"];
  const count = Math.max(1, Math.round(away / size));
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

setInterval(() => {
  for (const time of all("time[datetime*='T']")) {
    const beside = time.nextElementSibling;
    if (beside?.matches(".off")) beside.textContent = `(${off((Date.parse(time.dateTime) - Date.now()) / 1_000)})`;
  }
}, 60_000);

/* ---- a form goes out once ---- */

const sent = new Set();
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (sent.has(event.target)) {
    event.preventDefault();
    return;
  }
  sent.add(event.target);
  // an answer may be a file, and then the page stays
  setTimeout(() => sent.delete(event.target), 3_000);
});
addEventListener("pageshow", () => sent.clear());

/* ---- places and acts of this page ---- */

const mac = navigator.platform.startsWith("Mac");
const PALETTE = mac ? "⌘ K" : "Ctrl K";
const words = (element) => (element.dataset.name || element.textContent).trim().replace(/\s+/g, " ");

/** Every place has a letter: the first of its name that no place before it has. */
const letters = new Map();
for (const link of all(".top .places a")) {
  const letter = [...words(link).toLowerCase()].find((known) => /[a-z]/.test(known) && !letters.has(known));
  if (letter) letters.set(letter, link);
}

/** What the palette offers: where one may go, and what one may do here. Made from what the page shows, so that it offers no more. */
function offers() {
  // places stay places where the menu is folded
  const shown = (element) => (element.closest(".top") || element.checkVisibility()) && !element.disabled && words(element);
  const keys = new Map([...letters].map(([letter, link]) => [link, `g ${letter}`]));
  const places = all(".top .places a, .top .self a").map((element) => ({ element, kind: "Go to", keys: keys.get(element) }));
  const acts = all("main button:not(.copy), main .button").map((element) => ({ element, kind: "Do" }));
  const leave = all(".top .self button:not(.find)").map((element) => ({ element, kind: "Do" }));
  const links = all("main a[href]:not(.button)").map((element) => ({ element, kind: "Open" }));
  const known = new Set();
  return [...acts, ...places, ...links, ...leave].filter(({ element, kind }) => {
    if (!shown(element)) return false;
    const name = `${kind} ${words(element)} ${element.href ?? ""}`;
    return !known.has(name) && known.add(name);
  });
}

/** Follows a link, presses a button; one that destroys is only shown, to be read and pressed. */
function act({ element }) {
  element.scrollIntoView({ block: "center" });
  element.focus();
  if (!element.matches(".danger")) element.click();
}

function dialog(label, ...children) {
  const close = make("button", { type: "button", className: "plain", textContent: "Close", autofocus: true });
  const made = make("dialog", { ariaLabel: label }, ...children, make("p", { className: "end" }, close));
  close.addEventListener("click", () => made.close());
  made.addEventListener("close", () => made.remove());
  document.body.append(made);
  made.showModal();
  return made;
}

function palette() {
  if (one("dialog[open]")) return;
  const everything = offers();
  const input = make("input", {
    type: "text", role: "combobox", autocomplete: "off", spellcheck: false, id: "palette-words",
    "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
  });
  const list = make("ul", { id: "palette-list", role: "listbox", ariaLabel: "Places and acts" });
  const none = make("p", { className: "quiet", role: "status" });
  const shown = dialog(
    "Find a place or an act",
    make("p", { className: "field" }, make("label", { htmlFor: "palette-words" }, "Go to a place, or do something on this page"), input),
    list, none,
  );
  shown.classList.add("palette");
  let found = [];
  let at = 0;
  const mark = () => {
    all("li", list).forEach((item, index) => item.setAttribute("aria-selected", index === at));
    const item = list.children[at];
    if (item) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  };
  const choose = () => {
    const chosen = found[at];
    if (!chosen) return;
    shown.close();
    act(chosen);
  };
  const filter = () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = everything.filter(({ element, kind }) => {
      const name = `${kind} ${words(element)}`.toLowerCase();
      return wanted.every((word) => name.includes(word));
    }).slice(0, 50);
    at = 0;
    list.replaceChildren(...found.map(({ element, kind, keys }, index) => {
      const item = make("li", { id: `palette-${index}`, role: "option" }, make("span", { className: "kind" }, kind), " ", make("span", { className: "what" }, words(element)));
      if (element.dataset.cli) item.append(" ", make("code", {}, element.dataset.cli));
      if (keys) item.append(" ", make("kbd", {}, keys));
      item.addEventListener("click", () => { at = index; choose(); });
      return item;
    }));
    none.textContent = found.length ? "" : "Nothing here is called that. Take away a word.";
    mark();
  };
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (steps && found.length) {
      at = (at + steps + found.length) % found.length;
      mark();
    } else if (event.key === "Enter") {
      choose();
    } else {
      return;
    }
    event.preventDefault();
  });
  filter();
  input.focus();
}

/* ---- keys ---- */

const SEARCH = "input[data-search], [data-search] input:not([type=hidden])";
const single = document.body.dataset.keys !== "off";

function help() {
  if (one("dialog[open]")) return;
  const rows = [[PALETTE, "Find a place or an act"]];
  if (single) {
    rows.push(["?", "This list"]);
    if (one(SEARCH)) rows.push(["/", "Search"]);
    if (copies.length) rows.push(["c", "Copy the id of this page"]);
    if (one("[data-rows]")) rows.push(["j", "Next row"], ["k", "Row before"]);
    if (one("[data-choices]")) rows.push(["a", "Accept the proposal"], ["x", "Decide later"], ["c", "Change it"]);
    for (const [letter, link] of letters) rows.push([`g ${letter}`, words(link)]);
  }
  const body = make("tbody", {}, ...rows.map(([keys, what]) => make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, keys)), make("td", {}, what))));
  const hint = make("p", { className: "quiet" }, single ? "Single keys can be turned off on " : "Single keys are turned off. Turn them on, on ", make("a", { href: "/me" }, "your account"), ".");
  dialog("Keys", make("h2", {}, "Keys"), make("table", {}, make("caption", { className: "unseen" }, "Keys and what they do"), body), hint);
}

function row(step) {
  const links = all("[data-rows] tbody tr").map((line) => one("a[href], input:checked", line) ?? one("button, input", line)).filter(Boolean);
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}

/** What is chosen for the row that has the focus: a accepts, x leaves it for later, c goes to what can be changed. */
function choose(what) {
  const field = one(`[${what}]`, document.activeElement.closest("[data-choices] tbody tr") ?? undefined);
  if (!field || !document.activeElement.closest("[data-choices]")) return false;
  field.focus();
  if (field.type === "radio") field.checked = true;
  return true;
}

/** In the data map, an arrow goes along a line to the box that lies that way, or to the nearest one there. */
function follow(event) {
  const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  const here = event.target.closest?.("[data-map] a");
  if (!way || !here) return;
  const at = (box) => { const { x, y, width, height } = box.getBoundingClientRect(); return [x + width / 2, y + height / 2]; };
  const [x, y] = at(here);
  const joined = new Set(here.dataset.to.split(" "));
  const far = all("[data-map] a").map((box) => {
    const [bx, by] = at(box);
    const along = (bx - x) * way[0] + (by - y) * way[1];
    const aside = Math.abs((bx - x) * way[1]) + Math.abs((by - y) * way[0]);
    return { box, cost: along + 2 * aside + (joined.has(box.id) ? 0 : 10_000), ahead: along > 1 };
  }).filter(({ box, ahead }) => box !== here && ahead);
  far.sort((one, other) => one.cost - other.cost)[0]?.box.focus();
  event.preventDefault();
}
addEventListener("keydown", follow);

let going = 0;
const single_keys = {
  a: () => choose("data-accept"),
  x: () => choose("data-skip"),
  "?": help,
  "/": () => one(SEARCH)?.focus(),
  c: () => choose("data-change") || copies[0]?.click(),
  j: () => row(1),
  k: () => row(-1),
  g: () => { going = performance.now(); },
};

addEventListener("keydown", (event) => {
  if ((mac ? event.metaKey : event.ctrlKey) && event.key.toLowerCase() === "k" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    palette();
    return;
  }
  // a dialog that was just closed may have the focus for a moment still
  const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea, dialog, [contenteditable]")
    && !event.target.closest("dialog:not([open])");
  if (!single || typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (performance.now() - going < 1_500 && letters.has(event.key)) {
    event.preventDefault();
    letters.get(event.key).click();
    return;
  }
  going = 0;
  const does = single_keys[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// whoever has no keyboard at hand finds the same by a button
const self = one(".top .self");
if (self) {
  const find = make("button", { type: "button", className: "plain find" }, "Find ", make("kbd", {}, PALETTE));
  find.addEventListener("click", palette);
  const keys = make("button", { type: "button", className: "plain find" }, "Keys", ...(single ? [" ", make("kbd", {}, "?")] : []));
  keys.addEventListener("click", help);
  self.prepend(make("p", { className: "finds" }, find, keys));
}

// nothing about a person goes into an address: it is stopped before it is sent, and the server stops it too
for (const form of all("form[data-search]")) {
  form.addEventListener("submit", (event) => {
    const field = one("[name=q]", form);
    if (!/[@＠]|%40/.test(field.value)) return;
    event.preventDefault();
    field.value = "";
    const said = one("[data-refused]", form);
    said.hidden = false;
    said.setAttribute("role", "alert");
    field.focus();
  });
}

// a chosen file is read into the field that is sent; without a script its text is pasted
for (const part of all("[data-file-for]")) {
  part.hidden = false;
  const picked = one("input", part);
  picked.addEventListener("change", async () => {
    const file = picked.files[0];
    if (file) document.getElementById(part.dataset.fileFor).value = await file.text();
  });
}

// a text to send is copied whole
for (const text of all("[data-copy-text]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "Copy this text";
  button.addEventListener("click", async () => {
    const said = [...text.children].filter((part) => part !== button).map((part) => part.textContent);
    await navigator.clipboard.writeText(said.join("\n\n"));
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy this text"; }, 2000);
  });
  text.append(button);
}
/* ---- what goes on is shown as it goes on: each step is a part of the page that the server made again ---- */

for (const region of all("[data-live][data-running]")) {
  const failing = () => region.firstElementChild.hasAttribute("data-failed");
  let failed = failing();
  const stream = new EventSource(region.dataset.live);
  stream.addEventListener("part", (event) => {
    region.innerHTML = event.data;
    say(region.firstElementChild.dataset.said, { failure: failing() && !failed });
    failed = failing();
  });
  stream.addEventListener("over", () => {
    stream.close();
    say(region.firstElementChild.dataset.said, { now: true });
    region.append(make("p", {}, make("a", { href: location.pathname, className: "button second" }, "See what comes next")));
  });
  stream.addEventListener("error", () => {
    // a browser tries again by itself, unless it was turned away
    if (stream.readyState === EventSource.CLOSED) say("This page is not live any more. Refresh it.", { failure: true });
  });
}
