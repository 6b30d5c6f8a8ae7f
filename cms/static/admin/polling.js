// Watches a poll of feeds that somebody asked for. Without it, reloading the page does the same.

const box = document.querySelector("[data-poll-progress]");
const EVERY = 1000;

const tell = (state) => {
    const bar = box.querySelector("progress");
    bar.max = state.total;
    bar.value = state.done;
    const failed = state.failed ? `, ${state.failed} failed` : "";
    const stories = state.added === 1 ? "story" : "stories";
    const told = `${state.done} of ${state.total} polled, ${state.added} new ${stories}${failed}.`;
    const line = box.querySelector("[data-told]");
    // What has not changed is not read out again.
    if (line.textContent !== told) line.textContent = told;
};

const look = async () => {
    try {
        const answer = await fetch(box.dataset.pollProgress, { credentials: "same-origin" });
        if (answer.ok) {
            const state = await answer.json();
            tell(state);
            if (state.over) {
                // The table of what came of it is the server's.
                window.location.reload();
                return;
            }
        }
    } catch {
        // A line that is down for a moment; the next look may succeed.
    }
    setTimeout(look, EVERY);
};

if (box && !("over" in box.dataset)) {
    box.querySelector("[data-reload]").textContent = "It goes on by itself, also when you leave.";
    look();
}
