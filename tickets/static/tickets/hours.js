/* The form of business hours: one day's line is copied to others. */
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-hd-copy-day]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const from = button.parentElement.querySelector("input");
      for (const day of button.dataset.hdCopyDay.split(" ")) {
        const line = document.getElementById(from.id.replace(/\d$/, day));
        if (line) {
          line.value = from.value;
          line.dispatchEvent(new Event("change", { bubbles: true }));
        }
      }
    });
  }
})();
