// Says once that an article is read, what was searched, and that somebody went on to write to us. The pages work without it.
"use strict";
(() => {
    const READ_MS = 2000;
    const page = document.body.dataset;

    function tell(what, values) {
        const body = new URLSearchParams(values);
        fetch(`/help/-/${what}/`, { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => undefined);
    }

    // A page that is opened in the background, or left at once, was not read.
    function onceSeen(action) {
        let timer = 0;
        const begin = () => {
            clearTimeout(timer);
            if (document.visibilityState === "visible") {
                timer = setTimeout(() => {
                    document.removeEventListener("visibilitychange", begin);
                    action();
                }, READ_MS);
            }
        };
        document.addEventListener("visibilitychange", begin);
        begin();
    }

    if (page.helpArticle && !("helpSaid" in page)) {
        onceSeen(() => tell("read", { article: page.helpArticle, source: page.helpSource || "page" }));
    }
    if (page.helpQuery) {
        onceSeen(() => tell("searched", { q: page.helpQuery, language: page.helpLanguage }));
    }
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-help-contact]")) {
            tell("contact", {});
        }
    });
})();
