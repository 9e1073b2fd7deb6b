// The hand-over note: typed into at once, kept with Ctrl+Enter, skipped with Escape.
"use strict";
(() => {
    const place = () => document.getElementById("hd-hand-over");
    const isInside = (element) => Boolean(element instanceof Element && element.closest("#hd-hand-over form"));

    function skip() {
        place().replaceChildren();
        document.getElementById("hd-pick-assignee")?.querySelector("summary").focus();
    }

    document.addEventListener("htmx:afterSwap", (event) => {
        if (event.detail.target === place()) {
            const first = place().querySelector("textarea");
            if (first) {
                first.focus();
                first.setSelectionRange(first.value.length, first.value.length);
            }
        }
    });
    // Before the composer hears of the key: it would leave its own text.
    document.addEventListener("keydown", (event) => {
        if (!isInside(event.target) || event.isComposing) {
            return;
        }
        if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            skip();
        } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            event.target.closest("form").requestSubmit();
        }
    }, true);
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-hd-skip]")) {
            skip();
        }
    });
})();
