/* The form of a routing rule: what belongs to time is shown with its occasion, and the dry run stands beside the form. */
(() => {
  "use strict";
  const timed = document.querySelector("input[name=triggers][value=time]");
  const section = document.querySelector("fieldset.hd-rule-time");
  if (timed && section) {
    const show = () => { section.hidden = !timed.checked; };
    timed.addEventListener("change", show);
    show();
  }
  const button = document.querySelector("[data-hd-try]");
  const result = document.getElementById("hd-trial");
  if (!button || !result) return;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    result.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(button.formAction, { method: "POST", body: new FormData(button.form), headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
      if (answer.ok) result.innerHTML = await answer.text();
      else result.textContent = `${answer.status} ${answer.statusText}`;
    } catch (error) {
      result.textContent = String(error);
    } finally {
      button.disabled = false;
      result.removeAttribute("aria-busy");
    }
  });
})();
