// The editor of articles: what readers will see follows the typing; Ctrl+S saves, Ctrl+Enter publishes; nothing typed is lost by leaving.
"use strict";
(() => {
    const WAIT_MS = 400;
    const form = document.getElementById("hd-article-form");
    if (!form) {
        return;
    }
    const shown = document.getElementById("hd-article-preview");
    let timer = 0;
    let asked = 0;
    let isChanged = false;

    async function look() {
        const mine = asked += 1;
        try {
            const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin" });
            const text = await answer.text();
            if (answer.ok && mine === asked) {
                const found = new DOMParser().parseFromString(text, "text/html");
                shown.replaceChildren(...found.body.childNodes);
            }
        } catch {
            // The text of the box is untouched; the next key tries again.
        }
    }

    form.addEventListener("input", (event) => {
        isChanged = true;
        if (event.target.name === "text-body") {
            clearTimeout(timer);
            timer = setTimeout(look, WAIT_MS);
        }
    });
    form.addEventListener("submit", () => {
        isChanged = false;
    });
    form.addEventListener("keydown", (event) => {
        const what = event.key === "Enter" ? "publish" : event.key.toLowerCase() === "s" ? "save" : "";
        const button = what && (event.ctrlKey || event.metaKey) && form.querySelector(`button[value=${what}]`);
        if (button) {
            event.preventDefault();
            form.requestSubmit(button);
        }
    });
    window.addEventListener("beforeunload", (event) => {
        if (isChanged) {
            event.preventDefault();
        }
    });
})();
