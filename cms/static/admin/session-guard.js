/* Keeps what was typed when the session ends while an editor is open.
 *
 * Without it, pressing Save after the session has ended leads to the log-in page, and what was typed
 * since the last autosave is gone. Here the form is sent only after the server has said that it still
 * knows us, with the token that it wants now; otherwise a dialog says what to do, and the form stays.
 */
(() => {
  const address = document.currentScript.dataset.sessionUrl;

  const state = async () => {
    const response = await fetch(address, {
      headers: { Accept: "application/json" },
      cache: "no-store",
    });
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    return response.ok && !response.redirected && isJson ? response.json() : null;
  };

  const explain = (text, withLogin) => {
    const dialog = document.createElement("dialog");
    dialog.className = "dt-dialog";
    dialog.setAttribute("aria-labelledby", "session-guard-title");
    const title = document.createElement("h2");
    title.id = "session-guard-title";
    title.textContent = withLogin ? "Your session has ended" : "Not sent";
    const message = document.createElement("p");
    message.textContent = text;
    const bar = document.createElement("div");
    bar.className = "dt-bar";
    if (withLogin) {
      const login = document.createElement("a");
      login.className = "button";
      login.href = "/admin/login/";
      login.target = "_blank";
      login.rel = "opener";
      login.textContent = "Log in, in a new tab";
      bar.append(login);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button button-secondary";
    close.textContent = "Back to the form";
    close.addEventListener("click", () => dialog.close());
    bar.append(close);
    dialog.append(title, message, bar);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  /* Wagtail disables the button that was pressed, and a disabled button sends nothing of itself. */
  const carry = (form, button) => {
    form.querySelectorAll("[data-session-guard]").forEach((field) => field.remove());
    if (!button || !button.name) return;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = button.name;
    field.value = button.value;
    field.dataset.sessionGuard = "";
    form.append(field);
  };

  /* Wagtail's buttons show that they save until the next page comes; here none comes. */
  const release = (button) => {
    if (button) button.setAttribute("data-w-progress-loading-value", "false");
  };

  let passed = false;

  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      if (!form.matches("form[data-edit-form]") || event.defaultPrevented) return;
      if (passed) {
        passed = false;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      let answer = null;
      try {
        answer = await state();
      } catch {
        release(event.submitter);
        explain("The server could not be reached. What you typed is still here; try again in a moment.", false);
        return;
      }
      if (!answer) {
        release(event.submitter);
        explain("What you typed is still here. Log in again in a new tab, come back to this one, and press the same button again.", true);
        return;
      }
      form.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => {
        field.value = answer.token;
      });
      passed = true;
      carry(form, event.submitter);
      form.requestSubmit();
    },
    true,
  );
})();
