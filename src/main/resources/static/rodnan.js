// Forms that are marked data-live answer while they are filled in; the server makes all that is
// shown, with or without this file. Buttons marked data-copy copy the text of the element named.

const WAIT = 300;

function live(form) {
  const answer = form.dataset.live;
  let timer = 0;
  let asked = 0;

  async function ask(button) {
    clearTimeout(timer);
    const data = new FormData(form);
    if (button?.name) {
      data.append(button.name, button.value);
    }
    const url = `${form.action}?${new URLSearchParams(data)}`;
    const turn = ++asked;
    document.getElementById(answer)?.setAttribute("aria-busy", "true");
    const response = await fetch(url);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.getElementById(answer);
    const fresh = page.getElementById(form.id);
    if (turn !== asked) {
      return;
    }
    if (!found || !fresh) {
      location.assign(url);
      return;
    }
    renew(fresh, button);
    document.getElementById(answer).replaceWith(found);
    copying(found);
    say(found.querySelector("h2#total, [role=alert]")?.textContent);
    history.replaceState(null, "", url);
  }

  // The fields are made anew, for what is chosen decides what can be chosen next; whoever is
  // writing in one goes on there.
  function renew(fresh, button) {
    const fields = [...form.elements];
    const place = fields.indexOf(document.activeElement);
    const focused = fields[place];
    const range = focused?.type === "text" ? [focused.selectionStart, focused.selectionEnd] : null;
    form.replaceChildren(...fresh.childNodes);
    const same = [...form.elements].filter((field) => field.name === focused?.name);
    const before = fields.filter((field) => field.name === focused?.name).indexOf(focused);
    let next = same[Math.min(before, same.length - 1)];
    if (button?.name === "add") {
      const last = [...form.querySelectorAll("fieldset")].pop();
      next = last?.querySelector("select, input:not([type=hidden])");
    }
    next?.focus({ preventScroll: button?.name !== "add" });
    if (range && next?.type === "text") {
      next.setSelectionRange(...range);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(event.submitter);
  });
  form.addEventListener("change", () => ask());
  form.addEventListener("input", (event) => {
    if (event.target.type === "text") {
      clearTimeout(timer);
      asked++;
      timer = setTimeout(ask, WAIT);
    }
  });
}

// For those who hear the page: the region that is read out stays, only its text changes.
function say(text) {
  const said = document.getElementById("said");
  if (said && text) {
    said.textContent = text;
  }
}

function copying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected";
      }
    });
  }
}

document.querySelectorAll("form[data-live]").forEach(live);
copying(document);
