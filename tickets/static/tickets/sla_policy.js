// The pages of time limits: the preview follows the form, the line about a running recount keeps itself up to date.
"use strict";
(() => {
    const WAIT_MS = 400;
    const RECOUNT_MS = 2000;
    // Longer questions do not fit into an address; the preview then waits for the form to be saved.
    const LONGEST_ADDRESS = 30000;

    async function load(url, place) {
        const answer = await fetch(url, { credentials: "same-origin" });
        if (answer.ok && !answer.redirected) {
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            place.replaceChildren(...page.body.childNodes);
        }
    }

    const box = document.querySelector("[data-hd-preview]");
    if (box) {
        const form = box.closest("form");
        let timer = 0;
        let asked = 0;
        const isAsked = (name) => /^(limit|clock|warn|pauses)-|^probe_|^conditions/.test(name);

        function address() {
            const given = new URLSearchParams();
            for (const [name, value] of new FormData(form)) {
                if (isAsked(name) && typeof value === "string" && value) {
                    given.append(name, value);
                }
            }
            if (box.dataset.policy) {
                given.append("policy", box.dataset.policy);
            }
            return `${box.dataset.hdPreview}?${given}`;
        }

        async function preview() {
            const url = address();
            asked += 1;
            const mine = asked;
            if (url.length > LONGEST_ADDRESS) {
                return;
            }
            const fresh = document.createElement("div");
            try {
                await load(url, fresh);
            } catch {
                return; // the page still shows what was last known, and saving says what is wrong
            }
            if (mine === asked && fresh.childNodes.length) {
                document.getElementById("hd-probe-result").replaceChildren(...fresh.childNodes);
            }
        }

        function soon() {
            clearTimeout(timer);
            timer = setTimeout(preview, WAIT_MS);
        }
        form.addEventListener("input", soon);
        form.addEventListener("change", soon);
    }

    const recount = document.getElementById("hd-recount");
    async function follow() {
        if (recount.querySelector("[data-running]") && !document.hidden) {
            try {
                await load(recount.dataset.url, recount);
            } catch {
                // A lost connection mends itself.
            }
        }
        setTimeout(follow, RECOUNT_MS);
    }
    if (recount) {
        setTimeout(follow, RECOUNT_MS);
    }
})();
