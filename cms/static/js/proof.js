// Does a form's proof of work in a worker while the form is filled in (see cms/core/proof_of_work.py).
// Where anything is missing the form is sent without: the server then takes fewer of them.

const PATIENCE = 20_000; // Milliseconds that a press of the button waits for at most.

function prepare(form) {
    const challenge = JSON.parse(form.dataset.challenge);
    const field = form.elements.proof;
    const status = form.querySelector("[data-working]");
    let solution = null;

    const solve = () => {
        solution ??= new Promise((done) => {
            const worker = new Worker(form.dataset.solver);
            const end = () => { worker.terminate(); done(); };
            worker.addEventListener("message", ({ data }) => {
                if (data) field.value = btoa(JSON.stringify({ challenge, solution: data }));
                end();
            });
            worker.addEventListener("error", end);
            setTimeout(end, PATIENCE);
            worker.postMessage(challenge.parameters);
        });
        return solution;
    };

    form.addEventListener("focusin", solve, { once: true });
    form.addEventListener("submit", async (event) => {
        if (field.value || form.dataset.sending) return;
        event.preventDefault();
        form.dataset.sending = "yes";
        status.textContent = status.dataset.working;
        await solve();
        form.submit();
    });
    // Back to a form from the browser's memory: its proof was used, and its challenge with it.
    addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        delete form.dataset.sending;
        status.textContent = "";
    });
}

if (window.Worker) document.querySelectorAll("form[data-challenge]").forEach(prepare);
