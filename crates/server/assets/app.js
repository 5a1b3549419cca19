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
