// Suggestions under the search field: a combobox with a list, after the WAI-ARIA pattern. Without it the form still searches.

const WAIT = 150; // Milliseconds without a key before anything is asked for.

function suggest(field) {
    const input = field.querySelector("input");
    const list = document.createElement("ul");
    const said = document.createElement("p");
    list.className = "suggestions";
    list.id = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    said.className = "hidden";
    said.setAttribute("role", "status");
    field.append(list, said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    let chosen = -1;
    let timer = 0;
    let asking = null;

    const options = () => [...list.children];

    const close = () => {
        clearTimeout(timer);
        asking?.abort();
        list.hidden = true;
        chosen = -1;
        input.setAttribute("aria-expanded", "false");
        input.removeAttribute("aria-activedescendant");
    };

    const choose = (number) => {
        const all = options();
        chosen = (number + all.length + 1) % (all.length + 1);
        if (chosen === all.length) chosen = -1;
        all.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
        if (chosen < 0) {
            input.removeAttribute("aria-activedescendant");
            return;
        }
        input.setAttribute("aria-activedescendant", all[chosen].id);
        all[chosen].scrollIntoView({ block: "nearest" });
    };

    const option = (suggestion, at) => {
        const item = document.createElement("li");
        const title = document.createElement("b");
        const about = document.createElement("small");
        item.id = `suggestion-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.address = suggestion.address;
        title.textContent = suggestion.title;
        about.textContent = suggestion.about ? `${suggestion.kind}, ${suggestion.about}` : suggestion.kind;
        item.append(title, " ", about);
        return item;
    };

    const show = (suggestions) => {
        list.replaceChildren(...suggestions.map(option));
        chosen = -1;
        input.removeAttribute("aria-activedescendant");
        list.hidden = !suggestions.length;
        input.setAttribute("aria-expanded", String(!list.hidden));
        const number = suggestions.length;
        said.textContent = number ? `${number} suggestion${number === 1 ? "" : "s"}, arrow keys to choose.` : "No suggestions.";
    };

    const ask = async () => {
        asking?.abort();
        const typed = input.value.trim();
        if (typed.length < 2) {
            close();
            return;
        }
        asking = new AbortController();
        const { signal } = asking;
        try {
            const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal });
            if (!answer.ok) return;
            const { suggestions } = await answer.json();
            if (!signal.aborted && document.activeElement === input) show(suggestions);
        } catch {
            // Asked anew meanwhile, or no connection: the form searches all the same.
        }
    };

    input.addEventListener("input", () => {
        clearTimeout(timer);
        choose(-1); // Enter searches for what is typed, not for what was marked before.
        timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", (event) => {
        if (event.isComposing) return; // These keys choose letters then.
        if (event.key === "Escape" && !list.hidden) {
            event.preventDefault();
            close();
        } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
            event.preventDefault();
            if (list.hidden) ask();
            else choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? options().length - 1 : chosen - 1);
        } else if (event.key === "Enter" && chosen >= 0) {
            event.preventDefault();
            location.assign(options()[chosen].dataset.address);
        } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
            choose(-1); // Back to the text, where the key moves.
        }
    });
    input.addEventListener("blur", close);
    // Before the field loses the focus, which closes the list.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
        const item = event.target.closest("li");
        if (item) location.assign(item.dataset.address);
    });
}

for (const field of document.querySelectorAll("[data-suggest]")) suggest(field);
