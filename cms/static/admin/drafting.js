/* Drafting in the article editor: asks the server for drafts, follows them, puts them into the form.
 *
 * One run is one section. The browser chooses each run's key, so a repeated request starts nothing
 * twice and a run can be followed and cancelled although the request that started it still waits.
 * Keys are kept for this tab, so a reload picks up what is still on its way.
 */
(() => {
  const { Controller } = window.StimulusModule;
  const SECTIONS = { opinion: "Opinion", action: "Action", to_do: "To Do" };
  const POLL_EVERY = 1200;

  const form = () => document.querySelector("form[data-edit-form]");

  /* The rich text editor writes what was typed into its field a quarter of a second later. */
  const typed = () => new Promise((done) => setTimeout(done, 400));

  const element = (tag, text, className) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    if (className) node.className = className;
    return node;
  };

  class DraftingController extends Controller {
    static targets = ["all", "cancel", "estimate", "left", "log"];

    static values = { createUrl: String, editUrl: String, runsUrl: String };

    connect() {
      this.runs = new Map();
      this.onRequest = (event) => this.draft([event.detail.section]);
      document.addEventListener("dovetail:draft", this.onRequest);
      this.resume();
    }

    disconnect() {
      document.removeEventListener("dovetail:draft", this.onRequest);
      clearTimeout(this.timer);
    }

    /* The address to ask: the page may have been saved for the first time since the form opened. */
    get startUrl() {
      const saved = /\/pages\/(\d+)\/edit\//.exec(form().action || window.location.pathname);
      return saved ? this.editUrlValue.replace("/0/", `/${saved[1]}/`) : this.createUrlValue;
    }

    get storageKey() {
      return `dovetail-drafts:${this.startUrl}`;
    }

    body(extra) {
      const data = new FormData(form());
      Object.entries(extra).forEach(([name, value]) => data.set(name, value));
      return data;
    }

    async ask(extra) {
      let response;
      try {
        response = await fetch(this.startUrl, {
          method: "POST",
          body: this.body(extra),
          headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
        });
      } catch {
        throw new Error("The server could not be reached. Your text is as it was; please try again.");
      }
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      if (response.redirected || !isJson) {
        throw new Error(
          response.status === 403
            ? "You are not allowed to do this, or your session has ended. Log in again in a new tab, then try again."
            : "Your session has ended. Log in again in a new tab, then try again. Your text is as it was.",
        );
      }
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.message || "The request was refused.");
      return answer;
    }

    /* What it would cost, with the text as it stands; asked when the button comes near. */
    async estimate() {
      if (this.estimating || Date.now() - (this.estimatedAt || 0) < 8000) return;
      this.estimating = true;
      try {
        const answer = await this.ask({ drafting_estimate: "1" });
        if (answer.message) return;
        this.estimateTarget.textContent = `Up to about $${answer.all} for all three sections`;
        this.leftTarget.textContent = `$${answer.left}`;
      } catch {
        // Too little text yet, or no connection: the button itself will say so when it is pressed.
      } finally {
        this.estimating = false;
        this.estimatedAt = Date.now();
      }
    }

    draftAll() {
      this.draft(Object.keys(SECTIONS));
    }

    draft(sections) {
      const free = sections.filter(
        (section) => ![...this.runs.values()].some((run) => run.section === section),
      );
      if (!free.length) return;
      this.logTarget.replaceChildren();
      free.forEach((section) => this.start(section));
    }

    async start(section) {
      const key = crypto.randomUUID();
      this.runs.set(key, { section, started: Date.now() });
      this.remember();
      this.show(section, "Asking for a draft…");
      this.poll();
      await typed();
      if (!this.runs.has(key)) return;
      this.runs.get(key).sent = true;
      try {
        const run = await this.ask({ drafting_section: section, drafting_key: key });
        this.settle(run);
      } catch (error) {
        if (this.runs.has(key)) this.fail(key, section, error.message);
      }
    }

    poll() {
      clearTimeout(this.timer);
      if (!this.runs.size) return;
      this.timer = setTimeout(() => this.look(), POLL_EVERY);
    }

    async look() {
      const query = [...this.runs.keys()].map((key) => `key=${key}`).join("&");
      try {
        const response = await fetch(`${this.runsUrlValue}?${query}`, {
          headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
        });
        const isJson = (response.headers.get("Content-Type") || "").includes("json");
        if (response.ok && isJson) {
          const { runs } = await response.json();
          runs.forEach((run) => this.settle(run));
          this.forgetUnknown(runs);
        }
      } catch {
        // The connection will come back, and the run goes on without us.
      }
      this.poll();
    }

    /* A run remembered from before a reload that the server does not know never started. */
    forgetUnknown(known) {
      const keys = new Set(known.map((run) => run.key));
      [...this.runs.entries()].forEach(([key, run]) => {
        if (run.resumed && !keys.has(key)) this.drop(key, run.section);
      });
    }

    settle(run) {
      const waiting = this.runs.get(run.key);
      if (!waiting) return;
      if (!run.finished) {
        const seconds = Math.round((Date.now() - waiting.started) / 1000);
        this.show(
          run.section,
          run.status === "running" ? `The model is writing… ${seconds} s` : "Waiting for its turn…",
        );
        return;
      }
      if (run.status === "ready") this.insert(run);
      else if (run.status === "failed") this.fail(run.key, run.section, run.message);
      else this.drop(run.key, run.section);
    }

    insert(run) {
      this.drop(run.key, run.section);
      const stream = window.wagtail.editHandler.getPanelByName(run.section).getBoundWidget();
      run.blocks.forEach((block) => stream.insert(block, stream.children.length, {}));
      // Wagtail takes what stands in the form two seconds after it opened for what is saved.
      form().setAttribute("data-w-unsaved-force-value", "true");
      const words = run.blocks.length === 1 ? "1 block" : `${run.blocks.length} blocks`;
      const line = element("p");
      line.append(
        element("strong", `${SECTIONS[run.section]}: `),
        `${words} added at the end, for $${run.cost}. Read and revise before you ask for a review.`,
      );
      this.logTarget.append(line);
      if (run.findings.length) {
        const list = element("ul");
        run.findings.forEach((finding) => list.append(element("li", finding.message)));
        this.logTarget.append(list);
      }
      this.estimatedAt = 0;
      this.dispatch("inserted", { detail: { section: run.section } });
    }

    fail(key, section, message) {
      this.drop(key, section);
      this.logTarget.append(element("p", `${SECTIONS[section]}: ${message}`, "dt-failed"));
    }

    drop(key, section) {
      this.runs.delete(key);
      this.remember();
      this.show(section, "");
    }

    cancelAll() {
      const given = [...this.runs.entries()];
      given.forEach(([key, run]) => this.drop(key, run.section));
      given.filter(([, run]) => run.sent || run.resumed).forEach(([key]) => this.cancel(key));
      this.logTarget.replaceChildren(element("p", "Cancelled. Your text is as it was."));
    }

    /* The request that starts a run may still be on its way: ask until the server knows the run. */
    async cancel(key) {
      const headers = { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" };
      for (let attempt = 0; attempt < 10; attempt += 1) {
        try {
          const response = await fetch(`${this.runsUrlValue}?key=${key}`, { headers });
          const { runs } = await response.json();
          if (runs.length) {
            const token = form().querySelector("[name=csrfmiddlewaretoken]").value;
            await fetch(`${this.runsUrlValue}${key}/cancel/`, {
              method: "POST",
              headers: { ...headers, "X-CSRFToken": token },
            });
            return;
          }
        } catch {
          // Tried again in a moment.
        }
        await new Promise((done) => setTimeout(done, 500));
      }
    }

    show(section, text) {
      const place = document.querySelector(`[data-dovetail-progress="${section}"]`);
      if (place) {
        if (!text) place.replaceChildren();
        else if (place.querySelector("span")) place.querySelector("span").textContent = text;
        else {
          const bar = element("progress");
          bar.setAttribute("aria-label", `Drafting ${SECTIONS[section]}`);
          place.replaceChildren(bar, element("span", text));
        }
      }
      const busy = this.runs.size > 0;
      this.cancelTarget.hidden = !busy;
      this.allTarget.disabled = this.runs.size === Object.keys(SECTIONS).length;
    }

    remember() {
      const entries = [...this.runs.entries()].map(([key, run]) => [key, run.section, run.started]);
      try {
        if (entries.length) sessionStorage.setItem(this.storageKey, JSON.stringify(entries));
        else sessionStorage.removeItem(this.storageKey);
      } catch {
        // Without storage a reload forgets the run; the text is safe all the same.
      }
    }

    resume() {
      let entries = [];
      try {
        entries = JSON.parse(sessionStorage.getItem(this.storageKey) || "[]");
      } catch {
        entries = [];
      }
      entries.forEach(([key, section, started]) => {
        this.runs.set(key, { section, started, resumed: true });
        this.show(section, "Picking up where we were…");
      });
      if (entries.length) this.poll();
    }
  }

  class SectionController extends Controller {
    static values = { name: String };

    ask() {
      document.dispatchEvent(
        new CustomEvent("dovetail:draft", { detail: { section: this.nameValue } }),
      );
    }
  }

  class AskController extends Controller {
    static targets = ["reviewer", "message"];

    static values = { url: String, section: String };

    async ask() {
      const data = new FormData();
      data.set("csrfmiddlewaretoken", form().querySelector("[name=csrfmiddlewaretoken]").value);
      data.set("section", this.sectionValue);
      data.set("reviewer", this.reviewerTarget.value);
      this.messageTarget.textContent = "Asking…";
      try {
        const response = await fetch(this.urlValue, {
          method: "POST",
          body: data,
          headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
        });
        const answer = await response.json();
        this.messageTarget.textContent = answer.message;
      } catch {
        this.messageTarget.textContent = "That did not work. Save the page, then try again.";
      }
    }
  }

  window.wagtail.app.register("dovetail-drafting", DraftingController);
  window.wagtail.app.register("dovetail-section", SectionController);
  window.wagtail.app.register("dovetail-ask", AskController);
})();
