// The moderators' queue, and the same list beside an article in the editor. In the queue everything
// works without this; here, buttons change their rows in place, and keys press the buttons.
//
// In the editor the lists stand inside the article's form. Every control names another form as its own,
// so nothing of them is saved with the article; and what happens here is kept from the editor's ears.
{
    const REPEATED = ["input", "change", "keyup", "submit"];

    const start = (root) => {
        const all = (selector, within = root) => [...within.querySelectorAll(selector)];
        const rows = () => all(".dt-link").filter((row) => row.checkVisibility());
        const rowOf = (element) => element?.closest?.(".dt-link");
        const box = (row) => row?.querySelector("[name=link]");
        const ticked = () => all("[name=link]:checked");
        // Who may not change anything hears nothing.
        const said = root.querySelector("[data-said]");
        const bar = root.querySelector("[data-bulk]");
        const keysHelp = root.querySelector("[data-keys]");
        let busy = false;

        const say = (text, failed = false) => {
            said.textContent = text;
            said.classList.toggle("dt-said--failed", failed);
        };

        const focusRow = (row) => {
            const target = box(row);
            if (!target) return;
            target.focus({ preventScroll: true });
            row.scrollIntoView({ block: "nearest" });
        };

        const showTicked = () => {
            if (!bar) return;
            const number = ticked().length;
            const shown = bar.querySelector("[data-ticked]");
            shown.hidden = number === 0;
            shown.textContent = `${number} ticked`;
            for (const control of all("[data-needs-ticked]", bar)) control.hidden = number === 0;
            const boxes = all("[name=link]");
            const every = bar.querySelector("[data-all]");
            every.parentElement.hidden = boxes.length < 2;
            every.checked = number > 0 && number === boxes.length;
            every.indeterminate = number > 0 && number < boxes.length;
            for (const row of all(".dt-link")) row.classList.toggle("dt-link--ticked", Boolean(box(row)?.checked));
        };

        const closeMenus = (but) => {
            for (const menu of all("details.dt-menu[open]")) if (menu !== but) menu.open = false;
        };

        // Asking ----------------------------------------------------------------------------------

        const post = async (url, fields) => {
            const body = new URLSearchParams(fields);
            const token = root.querySelector("[name=csrfmiddlewaretoken]")?.value
                ?? document.querySelector("[name=csrfmiddlewaretoken]").value;
            const articles = new Set(all("[data-of]").map((list) => list.dataset.of));
            for (const article of articles) body.append("article", article);
            const response = await fetch(url, {
                method: "POST",
                body,
                headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token, "Accept": "application/json" },
            });
            const type = response.headers.get("Content-Type") ?? "";
            if (!type.includes("json")) {
                throw new Error(response.redirected || response.status === 403
                    ? "You are no longer logged in, or may not do this. Log in in another tab and try again; nothing here is lost."
                    : "The server could not do this. Nothing was changed; try again.");
            }
            return response.json();
        };

        const once = async (ask) => {
            if (busy) return;
            busy = true;
            root.setAttribute("aria-busy", "true");
            try {
                await ask();
            } catch (error) {
                say(error instanceof TypeError ? "The server cannot be reached. Nothing was changed; try again." : error.message, true);
            } finally {
                busy = false;
                root.removeAttribute("aria-busy");
            }
        };

        const act = (value, { row = null, because = "" } = {}) => once(async () => {
            const [verb, target] = value.split(" ");
            const fields = [["do", value]];
            if (target === "*") {
                for (const each of ticked()) fields.push(["link", each.value]);
                fields.push(["because", because]);
            } else if (row) {
                fields.push([`because-${row.dataset.link}`, because]);
            }
            for (const order of all("[data-order]")) fields.push(["order", order.value]);
            const acted = target === "*" ? ticked().map(rowOf) : [row].filter(Boolean);
            const next = ["up", "down", "move", "undo"].includes(verb) ? row : rowAfter(acted);
            const answer = await post(root.dataset.url, fields);
            closeMenus();
            show(answer);
            const back = verb === "undo" ? Object.keys(answer.rows)[0] : next?.dataset.link;
            focusRow(root.querySelector(`#link-${back}`) ?? rows()[0]);
            say(answer.message, answer.failed);
        });

        const rowAfter = (acted) => {
            const list = rows();
            const last = Math.max(...acted.map((row) => list.indexOf(row)));
            return list.slice(last + 1).find((row) => !acted.includes(row))
                ?? list.slice(0, last).reverse().find((row) => !acted.includes(row)) ?? acted[0];
        };

        // Showing what came of it -----------------------------------------------------------------

        const show = (answer) => {
            for (const [id, html] of Object.entries(answer.rows)) {
                const old = root.querySelector(`#link-${id}`);
                if (html === null) {
                    old?.remove();
                    continue;
                }
                const template = document.createElement("template");
                template.innerHTML = html;
                const row = template.content.querySelector(".dt-link");
                const home = all(`[data-of="${row.dataset.article}"]`);
                const own = home.find((list) => list.dataset.list === row.dataset.status);
                // An article's own lists are by state; in the queue a row stays where it was.
                const moves = home.length > 1 && own && old?.parentElement !== own;
                if (old && !moves) old.replaceWith(row);
                else {
                    old?.remove();
                    (own ?? home[0])?.append(row);
                }
            }
            for (const [id, article] of Object.entries(answer.articles)) {
                for (const shown of all(`[data-shown="${id}"]`)) shown.textContent = article.shown;
                const order = root.querySelector(`[data-order="${id}"]`);
                if (!order) continue;
                order.value = article.order.join(",");
                const list = root.querySelector(`[data-list=approved][data-of="${id}"]`);
                const wanted = article.order.map((pk) => list.querySelector(`#link-${pk}`)).filter(Boolean);
                // Those that were decided otherwise meanwhile stay where they were, at the end.
                const rest = [...list.children].filter((row) => !wanted.includes(row));
                [...wanted, ...rest].forEach((row, at) => {
                    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
                });
            }
            for (const [state, number] of Object.entries(answer.counts)) {
                for (const count of all(`[data-count="${state}"]`)) count.textContent = number;
            }
            const undo = root.querySelector("[data-undo]");
            if (undo) {
                undo.hidden = !answer.undo;
                undo.querySelector("[data-undo-what]").textContent = answer.undo;
            }
            showTicked();
        };

        // Buttons ---------------------------------------------------------------------------------

        const press = (button) => {
            const menu = button.closest("[data-reject]");
            const typed = button.matches("[data-typed]") ? menu.querySelector("input").value : "";
            act(button.value, { row: rowOf(button), because: typed });
        };

        root.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (!button) {
                if (event.target.closest("summary")) closeMenus(event.target.closest("details"));
                else if (!event.target.closest(".dt-menu")) closeMenus();
                return;
            }
            if (button.name === "do") {
                event.preventDefault();
                press(button);
            } else if (button.matches("[data-close]")) {
                keysHelp.close();
            } else if (button.matches("[data-help]")) {
                keysHelp.showModal();
            } else if (button.matches("[data-suggest]")) {
                event.preventDefault();
                suggest(button);
            } else if (button.matches("[data-add]")) {
                event.preventDefault();
                add();
            }
        });
        document.addEventListener("click", (event) => { if (!root.contains(event.target)) closeMenus(); });

        root.addEventListener("change", (event) => {
            if (event.target.matches("[data-all]")) for (const each of all("[name=link]")) each.checked = event.target.checked;
            showTicked();
        });

        const adding = root.querySelector("[data-adding]");
        const add = () => once(async () => {
            const inputs = all("input", adding);
            for (const error of all("[data-error]", adding)) error.textContent = "";
            for (const input of inputs) input.removeAttribute("aria-invalid");
            say("Reading what is at this address…");
            const answer = await post(
                adding.dataset.url,
                inputs.map((input) => [input.name, input.value]),
            );
            const more = adding.querySelector("[data-more]");
            if (!answer.problems) {
                for (const input of inputs) input.value = "";
                more.hidden = true;
                show(answer);
                say(answer.message, answer.failed);
                inputs[0].focus();
                return;
            }
            say("");
            const named = Object.entries(answer.problems);
            if (named.some(([name]) => name !== "address")) more.hidden = false;
            for (const [name, text] of named) {
                adding.querySelector(`[data-error="${name}"]`).textContent = text;
                adding.querySelector(`[name="${name}"]`).setAttribute("aria-invalid", "true");
            }
            const first = adding.querySelector(`[name="${named[0][0]}"]`);
            first.focus();
            say(named.map(([, text]) => text).join(" "), true);
        });

        const suggest = (button) => once(async () => {
            say("Looking for suggestions…");
            const answer = await post(button.dataset.suggest, []);
            show(answer);
            say(answer.message, answer.failed);
        });

        // Keys ------------------------------------------------------------------------------------

        const step = (by) => {
            const list = rows();
            const at = list.indexOf(rowOf(document.activeElement));
            focusRow(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]);
        };
        const pressIn = (row, selector, bulk) => {
            const button = ticked().length ? bar.querySelector(bulk) : row?.querySelector(selector);
            if (button) press(button);
        };
        const openReasons = (row) => {
            const menu = (ticked().length ? bar : row)?.querySelector("[data-reject]");
            if (!menu) return;
            closeMenus(menu);
            menu.open = true;
            menu.querySelector("button").focus();
        };
        const shift = (row, by) => {
            const button = row?.querySelector(`[value^="${by < 0 ? "up" : "down"} "]`);
            const order = row && root.querySelector(`[data-order="${row.dataset.article}"]`);
            if (button && order) press(button);
        };
        const keys = {
            j: () => step(1),
            k: () => step(-1),
            J: (row) => shift(row, 1),
            K: (row) => shift(row, -1),
            a: (row) => pressIn(row, '[value^="approve "]', '[value="approve *"]'),
            r: (row) => openReasons(row),
            u: () => act("undo", { row: rowOf(document.activeElement) }),
            x: (row) => box(row)?.click(),
            o: (row) => row?.querySelector(".dt-link__title").click(),
            "?": () => keysHelp.showModal(),
        };

        const onKey = (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
            const target = event.target;
            const menu = target.closest?.("details.dt-menu[open]");
            if (menu && event.key === "Escape") {
                event.preventDefault();
                event.stopPropagation();
                menu.open = false;
                (box(rowOf(menu)) ?? menu.querySelector("summary")).focus();
                return;
            }
            if (target.matches?.("input:not([type=checkbox]), textarea, select")) {
                if (event.key === "Enter" && root.contains(target) && !target.closest("[data-filters]")) {
                    event.preventDefault();
                    if (target.closest("[data-adding]")) add();
                    else target.closest("[data-reject]")?.querySelector("[data-typed]").click();
                }
                return;
            }
            if (keysHelp?.open) return;
            if (menu?.matches("[data-reject]") && /^[1-9]$/.test(event.key)) {
                const reason = menu.querySelectorAll("button:not([data-typed])")[event.key - 1];
                if (reason) {
                    event.preventDefault();
                    press(reason);
                }
                return;
            }
            const run = keys[event.key];
            if (!run || !bar) return;
            // Letters mean something only on a row; from elsewhere they lead to one.
            const inside = root.contains(target) && (rowOf(target) || target.closest("[data-bulk]"));
            const fromNowhere = target === document.body && ["j", "k"].includes(event.key);
            const mayHelp = event.key === "?" && root.contains(target);
            if (!inside && !fromNowhere && !mayHelp) return;
            event.preventDefault();
            event.stopPropagation();
            run(rowOf(target));
        };
        root.addEventListener("keydown", onKey);
        document.addEventListener("keydown", (event) => { if (event.target === document.body) onKey(event); });

        // Dragging --------------------------------------------------------------------------------

        root.addEventListener("pointerdown", (event) => {
            const row = event.target.closest("[data-handle]") && rowOf(event.target);
            const list = row?.parentElement;
            if (!row || row.dataset.status !== "approved" || list.dataset.list !== "approved" || busy || event.button !== 0) return;
            event.preventDefault();
            const was = row.nextElementSibling;
            row.classList.add("dt-link--dragged");
            const move = (moved) => {
                const others = [...list.children].filter((other) => other !== row);
                const below = others.find((other) => {
                    const place = other.getBoundingClientRect();
                    return moved.clientY < place.top + place.height / 2;
                });
                if (below !== row.nextElementSibling) list.insertBefore(row, below ?? null);
            };
            const end = (ended) => {
                document.removeEventListener("pointermove", move);
                document.removeEventListener("pointerup", end);
                document.removeEventListener("pointercancel", end);
                row.classList.remove("dt-link--dragged");
                const to = [...list.children].filter((other) => other.dataset.status === "approved").indexOf(row);
                if (ended.type === "pointercancel") list.insertBefore(row, was);
                else if (row.nextElementSibling !== was) {
                    act(`move ${row.dataset.link}.approved ${to}`, { row }).then(() => {
                        // What was not done is not shown as done.
                        if (said.classList.contains("dt-said--failed") && root.querySelector(`#link-${row.dataset.link}`) === row) list.insertBefore(row, was);
                    });
                }
            };
            document.addEventListener("pointermove", move);
            document.addEventListener("pointerup", end);
            document.addEventListener("pointercancel", end);
        });

        // The editor takes what is typed in it for a change of the article.
        if (root.closest("form")) for (const type of REPEATED) root.addEventListener(type, (event) => event.stopPropagation());

        root.classList.add("dt-curation--live");
        showTicked();
        if (bar) bar.querySelector("[data-help]").hidden = false;
    };

    const startAll = () => document.querySelectorAll("[data-curation]").forEach(start);
    // Wagtail puts scripts before what they are about.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
    else startAll();
}
