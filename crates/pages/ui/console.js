// The console with script: copying, lines that are no address marked while they are typed, pages that update themselves.
// Every sentence is in the page; without script all of it can be done by hand.

const live = document.getElementById("live");

/** Says something to a screen reader. */
function say(text) {
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

async function copy(button) {
  const label = button.querySelector('[data-part="label"]');
  const { copied, failed } = button.dataset;
  button.dataset.label ??= label.textContent;
  try {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).innerText.trim());
    label.textContent = copied;
    say(copied);
    setTimeout(() => { label.textContent = button.dataset.label; }, 3000);
  } catch {
    getSelection().selectAllChildren(document.querySelector(button.dataset.copy));
    say(failed);
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

/** Whether a line can be an address to return to; the server knows more. */
function isAddress(line) {
  return URL.canParse(line) && /^[a-z][a-z0-9+.-]*:[!-~]+$/.test(line) && !/[#*]/.test(line) && !/^https?:(?!\/\/[^/?@]+([/?]|$))/.test(line);
}

for (const field of document.querySelectorAll('[data-check="uris"]')) {
  const list = document.createElement("ul");
  list.className = "pc-lines";
  list.id = `${field.id}-lines`;
  field.after(list);
  const described = field.getAttribute("aria-describedby") ?? "";
  field.setAttribute("aria-describedby", `${described} ${list.id}`.trim());
  const check = () => {
    // The line that is being typed is not wrong yet.
    const now = document.activeElement === field ? field.value.slice(0, field.selectionStart).split("\n").length - 1 : -1;
    const wrong = field.value.split("\n").flatMap((it, at) => (at === now || !it.trim() || isAddress(it.trim()) ? [] : [at + 1]));
    list.replaceChildren(...wrong.map((at) => {
      const item = document.createElement("li");
      item.className = "ds-validation-message";
      item.textContent = field.dataset.message.replace("%", at);
      return item;
    }));
  };
  field.addEventListener("input", check);
  // A line that appears while somebody presses a button would move it away from under the pointer.
  field.addEventListener("blur", (event) => {
    if (event.relatedTarget?.type !== "submit") setTimeout(check, 300);
  });
}

// While a form opens another tab, this one goes to where its outcome will be shown.
for (const form of document.querySelectorAll("form[data-then]")) {
  form.addEventListener("submit", () => setTimeout(() => { location.href = form.dataset.then; }, 300));
}

// A form that is saved while it is filled in: the button saves the same, and goes on.
for (const form of document.querySelectorAll("form[data-saves-itself]")) {
  const said = form.querySelector("[data-saved]");
  const values = () => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "seen")).toString();
  let kept = values();
  let under = Promise.resolve();
  let isSaving = false;
  const save = async () => {
    const now = values();
    if (now === kept) return;
    const body = new URLSearchParams(new FormData(form));
    body.set("saves_itself", "yes");
    isSaving = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "error" });
      const { seen, wrong } = await answer.json();
      if (answer.ok) {
        kept = now;
        form.elements.seen.value = seen;
        const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
        said.textContent = said.dataset.saved.replace("%", time);
      } else {
        said.textContent = `${said.dataset.failed} ${wrong}`;
      }
    } catch {
      said.textContent = said.dataset.failed;
    } finally {
      isSaving = false;
    }
  };
  let due;
  form.addEventListener("change", () => {
    clearTimeout(due);
    due = setTimeout(() => { under = under.then(save); }, 400);
  });
  // The button waits for what is being saved, so that the two do not meet.
  form.addEventListener("submit", (event) => {
    clearTimeout(due);
    if (!isSaving) return;
    event.preventDefault();
    under.then(() => setTimeout(() => form.requestSubmit(event.submitter)));
  });
}

// A name, as it will look.
for (const preview of document.querySelectorAll("[data-preview-of]")) {
  const field = document.getElementById(preview.dataset.previewOf);
  field?.addEventListener("input", () => {
    for (const it of preview.querySelectorAll("[data-preview]")) {
      it.textContent = field.value.trim() || preview.dataset.empty;
    }
  });
}

// What was refused comes first.
document.querySelector("[data-focus]")?.focus();

// A menu closes when one is done with it.
const menus = document.querySelectorAll(".pc-account, .pc-menu");
document.addEventListener("click", (event) => {
  for (const it of menus) if (!it.contains(event.target)) it.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const it of menus) {
    if (it.open && it.contains(document.activeElement)) it.querySelector("summary").focus();
    it.open = false;
  }
});

// Not while somebody selects text, and not in a tab that nobody looks at.
const seconds = Number(document.body.dataset.refresh);
if (seconds) {
  setInterval(() => {
    if (!document.hidden && getSelection().isCollapsed) location.reload();
  }, seconds * 1000);
}
