// The page of a recovery case. Every form works without this script; with it, steps come without loading the page anew.
"use strict";
(() => {
    const page = () => document.getElementById("hd-case");
    const words = () => document.getElementById("hd-rec-offline");
    // What somebody has typed and not sent, by the id of its field: it outlives the exchange of the page's inner part.
    const typed = new Map();

    function say(text) {
        words().textContent = text;
        words().hidden = false;
        setTimeout(() => { words().hidden = true; }, 9000);
    }

    const fields = () => page().querySelectorAll("textarea, input[type=text], input[type=date], input[type=datetime-local]");

    function keepTyped(sent) {
        for (const field of fields()) {
            if (field.id && field.value !== field.defaultValue && !(sent && sent.contains(field))) {
                typed.set(field.id, field.value);
            }
        }
        for (const field of sent ? sent.querySelectorAll("[id]") : []) {
            typed.delete(field.id);
        }
        if (sent && sent.dataset.hdFresh) {
            typed.delete(sent.dataset.hdFresh);
        }
    }

    function giveBack() {
        for (const field of fields()) {
            // A refused form comes back with what was typed in it; anything else gets back what it had.
            if (typed.has(field.id) && field.value !== typed.get(field.id)) {
                field.value = typed.get(field.id);
                const folded = field.closest("details");
                if (folded) {
                    folded.open = true;
                }
            }
        }
    }

    // Open places --------------------------------------------------------------------------------------------------------

    const PLACE = /\{\{\s*([^{}]{0,300}?)\s*\}\}/g;

    function mark(box) {
        const field = box.querySelector("textarea");
        const back = box.querySelector(".hd-marked-back");
        const list = box.parentElement.querySelector("[data-hd-places]");
        const pieces = [];
        const found = new Map();
        let end = 0;
        for (const place of field.value.matchAll(PLACE)) {
            const lit = document.createElement("mark");
            lit.textContent = place[0];
            pieces.push(field.value.slice(end, place.index), lit);
            end = place.index + place[0].length;
            if (place[1] !== box.dataset.hdMarked && !found.has(place[1])) {
                found.set(place[1], [place.index, end]);
            }
        }
        back.replaceChildren(...pieces, `${field.value.slice(end)}\n`);
        back.scrollTop = field.scrollTop;
        const label = list.querySelector("span");
        list.replaceChildren(label);
        for (const [name, [from, to]] of found) {
            const button = document.createElement("button");
            button.type = "button";
            button.textContent = name;
            button.addEventListener("click", () => {
                field.focus();
                field.setSelectionRange(from, to);
            });
            list.append(button);
        }
        list.hidden = found.size === 0;
    }

    document.addEventListener("input", (event) => {
        const box = event.target.closest("[data-hd-marked]");
        if (box) {
            mark(box);
        }
        if (event.target.matches("[data-hd-narrow-causes]")) {
            narrow(event.target);
        }
    });
    document.addEventListener("scroll", (event) => {
        const box = event.target.closest && event.target.closest("[data-hd-marked]");
        if (box) {
            box.querySelector(".hd-marked-back").scrollTop = event.target.scrollTop;
        }
    }, true);

    // Causes: all words in any order, anywhere on the way from the top of the tree; the arrow leads into the list.
    function narrow(search) {
        const wanted = search.value.trim().toLocaleLowerCase().split(/\s+/);
        let shown = 0;
        for (const cause of search.parentElement.querySelectorAll(".hd-rec-cause")) {
            const text = cause.dataset.words.toLocaleLowerCase();
            cause.hidden = !wanted.every((word) => text.includes(word));
            shown += cause.hidden ? 0 : 1;
        }
        search.parentElement.querySelector("[data-hd-no-cause]").hidden = shown > 0;
    }

    document.addEventListener("keydown", (event) => {
        if (event.target.matches("[data-hd-narrow-causes]") && (event.key === "ArrowDown" || event.key === "Enter")) {
            event.preventDefault();
            const first = event.target.parentElement.querySelector(".hd-rec-cause:not([hidden]) input");
            if (first) {
                first.focus();
                first.checked = true;
            }
        }
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("#hd-case textarea")) {
            event.preventDefault();
            event.target.form.requestSubmit();
        }
    });

    // The exchange -------------------------------------------------------------------------------------------------------

    document.addEventListener("htmx:beforeSwap", (event) => {
        const { xhr, requestConfig } = event.detail;
        keepTyped(requestConfig.elt.closest("form"));
        const isPage = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/html") && xhr.responseText.includes('id="hd-case"');
        if (xhr.status >= 400 && isPage) {
            // A refusal: the form comes back with its reason and all that was typed.
            event.detail.shouldSwap = true;
            event.detail.isError = false;
        }
        if (isPage && xhr.responseText.trimStart().startsWith("<!")) {
            // A whole page where a part was asked for: signed out, or sent elsewhere.
            event.detail.shouldSwap = false;
            window.location.reload();
        }
    });
    document.addEventListener("htmx:responseError", (event) => {
        say(event.detail.xhr.status === 403 || event.detail.xhr.status === 401 ? words().dataset.expired : words().dataset.broken);
    });
    document.addEventListener("htmx:sendError", () => say(words().dataset.offline));
    document.addEventListener("htmx:afterSettle", (event) => {
        prepare();
        const target = page().querySelector("[data-hd-focus], .errorlist, .hd-rec-opened h2");
        if (target) {
            target.setAttribute("tabindex", "-1");
            target.focus({ preventScroll: true });
            target.scrollIntoView({ block: "center" });
        }
    });

    function prepare() {
        giveBack();
        for (const box of page().querySelectorAll("[data-hd-marked]")) {
            mark(box);
        }
        for (const search of page().querySelectorAll("[data-hd-narrow-causes]")) {
            search.hidden = false;
        }
        // On a phone the step comes first; the story is one touch away.
        if (window.matchMedia("(max-width: 900px)").matches) {
            page().querySelector("[data-hd-fold]").open = false;
        }
    }

    window.addEventListener("beforeunload", (event) => {
        keepTyped(null);
        if (typed.size && !leaving) {
            event.preventDefault();
        }
    });
    let leaving = false;
    document.addEventListener("submit", () => { leaving = true; setTimeout(() => { leaving = false; }, 4000); });
    prepare();
})();
