/* Autosaves once more when the form was changed while an autosave was on its way.
 *
 * When an autosave is answered, Wagtail takes what stands in the form by then for what was stored.
 * What was typed, or inserted by a draft, since the request was made would stay unsaved until the
 * next change, while the indicator says that all is saved and no warning holds whoever leaves.
 */
(() => {
  // Sent for the request's own sake, or changed by its answer; the same list as w-unsaved's.
  const NOT_CONTENT = new Set([
    "csrfmiddlewaretoken",
    "loaded_revision_id",
    "loaded_revision_created_at",
    "next",
    "overwrite_revision_id",
  ]);

  const sent = new WeakMap();

  /* What a form holds, as text that can be compared. Comments have a way of their own. */
  const content = (data, without = {}) => {
    const fields = [...data.entries()]
      .filter(([name]) => !NOT_CONTENT.has(name) && !name.startsWith("comments-") && !(name in without))
      .map(([name, value]) => [name, value instanceof File ? `${value.name} ${value.size}` : value]);
    return JSON.stringify(fields);
  };

  document.addEventListener("w-autosave:save", (event) => {
    sent.set(event.target, event.detail.formData);
  });

  document.addEventListener("w-autosave:success", (event) => {
    const form = event.target;
    if (!sent.has(form)) return;
    // The answer numbers rows that are new; that is no change of the editor's.
    const numbered = event.detail.response.field_updates || {};
    if (content(sent.get(form), numbered) === content(new FormData(form), numbered)) return;
    form.setAttribute("data-w-unsaved-force-value", "true");
  });
})();
