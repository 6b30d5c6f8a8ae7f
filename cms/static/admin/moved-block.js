/* Gives the focus back to the button with which a block was moved.
 *
 * Wagtail takes the block off the page and puts it back elsewhere, so the focus is lost, and whoever
 * orders blocks by keyboard would have to find the button again for each place.
 */
(() => {
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-streamfield-action^='MOVE_']");
      if (!button || document.activeElement !== button) return;
      // After Wagtail's own handler, which lets the click go no further.
      setTimeout(() => {
        const buttons = [button, ...button.parentElement.querySelectorAll("[data-streamfield-action^='MOVE_']")];
        buttons.find((one) => !one.disabled)?.focus();
      });
    },
    true,
  );
})();
