/* Lets whoever was told of a newer version choose, and nothing choose in their place.
 *
 * Wagtail's dialog asks before a save that overwrites; the server is told that it was answered, or it
 * would ask once more. And where the server itself refused, the page that comes back already names
 * the newer version, so autosave would store over it while its editor still reads what to do.
 */
(() => {
  document.addEventListener("w-autosave:save", (event) => {
    if (event.target.querySelector("[data-newer-version]")) event.preventDefault();
  });

  document.addEventListener(
    "w-dialog:confirmed",
    (event) => {
      const form = event.target.closest("form[data-edit-form]");
      if (event.target.id !== "w-save-confirmation-dialog" || !form) return;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "overwrite_newer_version";
      field.value = "on";
      form.append(field);
    },
    true,
  );
})();
