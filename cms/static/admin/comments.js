// Comfort for the queue of signers: all of a page at once, and keys. Everything works without.
// J and K go down and up, X ticks (as the space bar does), A shows the ticked, H hides them.

const form = document.querySelector("[data-comments]");

if (form) {
    const boxes = [...form.querySelectorAll("[name=signature]")];
    const all = form.querySelector("[data-all]");
    all.parentElement.hidden = false;
    all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
    form.addEventListener("change", () => {
        const ticked = boxes.filter((box) => box.checked).length;
        all.checked = ticked === boxes.length;
        all.indeterminate = ticked > 0 && ticked < boxes.length;
    });

    const move = (step) => {
        const at = boxes.indexOf(document.activeElement);
        const next = boxes[at < 0 ? 0 : Math.min(boxes.length - 1, Math.max(0, at + step))];
        next.focus();
        next.scrollIntoView({ block: "nearest" });
    };
    const press = (decision) => form.querySelector(`[value=${decision}][name=decision]`)?.click();
    const keys = {
        j: () => move(1),
        k: () => move(-1),
        x: () => { if (boxes.includes(document.activeElement)) document.activeElement.click(); },
        a: () => press("shown"),
        h: () => press("hidden"),
    };
    // Only from a box of the list: elsewhere a letter may mean something else.
    form.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !boxes.includes(event.target)) return;
        const act = keys[event.key.toLowerCase()];
        if (!act) return;
        event.preventDefault();
        act();
    });
}
