// What a reader's page gains where scripts run: ticks that are remembered, and buttons that copy.
// Everything is readable and usable without it. Elements marked data-script keep their place unseen until here.

const reveal = (element) => element.removeAttribute("data-script");

// Ticks stay in this browser, by article and item; nothing of them is sent anywhere.
function rememberTicks(sheet) {
    const boxes = [...sheet.querySelectorAll("input[type=checkbox]")];
    const bar = sheet.querySelector("progress");
    const words = sheet.querySelector(".sheet__progress p");
    const key = `dovetail:todo:${sheet.dataset.todo}`;
    if (!boxes.length || !bar) return;

    const load = () => {
        try {
            const kept = JSON.parse(localStorage.getItem(key));
            return Array.isArray(kept) ? kept : [];
        } catch {
            return []; // Storage is refused, or holds something else: ticks last as long as the page.
        }
    };
    const save = () => {
        const done = boxes.filter((box) => box.checked).map((box) => box.id);
        try {
            if (done.length) localStorage.setItem(key, JSON.stringify(done));
            else localStorage.removeItem(key);
        } catch {
            // As above.
        }
    };
    const show = () => {
        const done = boxes.filter((box) => box.checked).length;
        bar.max = boxes.length;
        bar.value = done;
        words.textContent = done === boxes.length
            ? `All ${done} done. Thank you.`
            : `${done} of ${boxes.length} done`;
    };

    const restore = () => {
        const kept = new Set(load());
        for (const box of boxes) box.checked = kept.has(box.id);
        show();
    };
    sheet.addEventListener("change", () => { save(); show(); });
    sheet.querySelector(".sheet__progress button").addEventListener("click", () => {
        for (const box of boxes) box.checked = false;
        save();
        show();
        boxes[0].focus();
    });
    // The same article in another tab.
    addEventListener("storage", (event) => { if (event.key === key) restore(); });
    restore();
    reveal(sheet.querySelector(".sheet__progress"));
}

// data-copy-text holds the text itself; data-copy names the kind of element around the button's text.
function copyOnPress(button) {
    const label = button.textContent;
    button.addEventListener("click", async () => {
        const text = button.dataset.copyText
            ?? button.closest("section, details").querySelector(`[data-${button.dataset.copy}]`).innerText;
        try {
            await navigator.clipboard.writeText(text.trim());
            button.textContent = button.dataset.done;
        } catch {
            button.textContent = "Your browser did not allow it";
        }
        setTimeout(() => { button.textContent = label; }, 3000);
    });
    reveal(button);
}

document.querySelectorAll("[data-todo]").forEach(rememberTicks);
if (navigator.clipboard) document.querySelectorAll("button[data-done]").forEach(copyOnPress);

// A folded extract is printed whole, also by browsers whose styles cannot unfold it.
addEventListener("beforeprint", () => {
    document.querySelectorAll("details.fold:not([open])").forEach((fold) => {
        fold.open = true;
        addEventListener("afterprint", () => { fold.open = false; }, { once: true });
    });
});
