// The page of topics: the answer to a trial is put below the form. Without this script the answer is a page of its own.
"use strict";
(() => {
    for (const form of document.querySelectorAll("[data-hd-trial]")) {
        const place = document.getElementById(form.dataset.hdTrial);
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`, { credentials: "same-origin" });
            if (!answer.ok || answer.redirected) {
                form.submit();
                return;
            }
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            place.replaceChildren(...page.body.childNodes);
        });
    }
})();
