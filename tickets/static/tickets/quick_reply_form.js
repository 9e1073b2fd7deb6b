// The form of a quick reply: placeholders at the press of a button, a preview, and the text that a composer has brought along.
"use strict";
(() => {
    const source = () => document.getElementById("id_text");
    let last = null;

    document.addEventListener("focusin", (event) => {
        if (event.target.matches("textarea")) {
            last = event.target;
        }
    });

    function insert(name) {
        const field = last && last.isConnected ? last : source();
        if (!field) {
            return;
        }
        field.focus();
        field.setRangeText(`{{${name}}}`, field.selectionStart, field.selectionEnd, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    async function show(button) {
        const result = document.getElementById("hd-try-result");
        const field = last && last.isConnected ? last : source();
        const body = new FormData();
        const language = field.closest(".inline-related, form").querySelector("select[name$=language]");
        body.set("text", field.value);
        body.set("language", (language && language.value) || document.getElementById("id_language").value);
        body.set("number", document.getElementById("hd-try-number").value);
        body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
        try {
            const response = await fetch(button.dataset.url, { method: "POST", body, credentials: "same-origin" });
            if (response.ok) {
                result.innerHTML = await response.text();
            }
        } catch {
            result.textContent = "";
        }
    }

    document.addEventListener("click", (event) => {
        const place = event.target.closest("[data-hd-place]");
        const button = event.target.closest("#hd-try");
        if (place) {
            insert(place.dataset.hdPlace);
        } else if (button) {
            show(button);
        }
    });
    document.addEventListener("keydown", (event) => {
        if (event.target.id === "hd-try-number" && event.key === "Enter") {
            // The form is not what is meant.
            event.preventDefault();
            show(document.getElementById("hd-try"));
        }
    });

    // The search field of the admin's own picker has no name; its row's label is one.
    window.addEventListener("load", () => {
        for (const field of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
            const label = field.closest(".form-row")?.querySelector("label");
            field.setAttribute("aria-label", label ? label.textContent.trim() : "");
        }
    });

    const brought = sessionStorage.getItem("hd-new-quick-reply");
    if (brought && new URLSearchParams(location.search).get("from") === "composer" && source() && !source().value) {
        source().value = brought;
        sessionStorage.removeItem("hd-new-quick-reply");
        document.getElementById("id_title").focus();
    }
})();
