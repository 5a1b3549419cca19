// What pages gain from a script: they work without it. Nothing here holds state: what the page says is what the store says.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// trouble is read first
one("[data-focus]")?.focus();

// ids and keys are copied with one press
for (const element of all("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(element.dataset.copy || element.textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  element.append(" ", button);
}

// what goes on is shown as it goes on; what the page says is made by the server again for each step
for (const region of all("[data-live][data-running]")) {
  const polite = one("[data-polite]"), assertive = one("[data-assertive]");
  let spoken = 0, failed = Boolean(one("[data-failed]", region));
  const stream = new EventSource(region.dataset.live);
  const say = (part) => {
    const fails = part.hasAttribute("data-failed");
    if (fails && !failed) assertive.textContent = part.dataset.said;
    // whoever listens is told at most once in ten seconds
    else if (Date.now() - spoken >= 10000) { polite.textContent = part.dataset.said; spoken = Date.now(); }
    failed = fails;
  };
  stream.addEventListener("part", (event) => {
    region.innerHTML = event.data;
    say(region.firstElementChild);
  });
  stream.addEventListener("over", () => {
    stream.close();
    region.removeAttribute("data-running");
    polite.textContent = region.firstElementChild.dataset.said;
    const link = document.createElement("a");
    link.href = location.pathname;
    link.textContent = "See what comes next";
    region.append(link);
  });
  stream.addEventListener("error", () => {
    // a browser tries again by itself, unless it was turned away
    if (stream.readyState === EventSource.CLOSED) polite.textContent = "This page is not live any more. Refresh it.";
  });
}
