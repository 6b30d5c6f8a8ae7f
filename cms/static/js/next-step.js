// After something is done: which of the article's To Dos is next. What was done is known to this browser
// only (see reader.js); what was done just now is ticked off there too.

function showNext(section) {
    const key = `dovetail:todo:${section.dataset.origin}`;
    const items = [...section.querySelectorAll("[data-key]")];
    let done = new Set();
    try {
        const kept = JSON.parse(localStorage.getItem(key));
        if (Array.isArray(kept)) done = new Set(kept);
        const now = (section.dataset.done ?? "").split(" ").filter(Boolean);
        if (now.some((item) => !done.has(item))) {
            now.forEach((item) => done.add(item));
            localStorage.setItem(key, JSON.stringify([...done]));
        }
    } catch {
        // Storage is refused, or holds something else: then the list stays as it is.
    }
    const open = items.filter((item) => !done.has(item.dataset.key));
    items.filter((item) => done.has(item.dataset.key)).forEach((item) => {
        item.dataset.state = "done";
        item.prepend("Done: ");
        item.parentElement.append(item);
    });
    if (open.length) {
        open[0].dataset.state = "next";
        open[0].prepend("Next: ");
    }
    // Where nothing shows that this page's own was done, there is no such line.
    const all = section.querySelector(".next__all");
    if (all && !open.length && items.length) all.hidden = false;
}

document.querySelectorAll("[data-origin]").forEach(showNext);
