// The case: choosing messages to split off or move, the toast that takes it back, the menu's shortcuts.
"use strict";
window.cases = (() => {
    const slot = () => document.getElementById("ws-slot");
    const form = () => document.getElementById("hd-moving");
    const boxes = () => [...document.querySelectorAll("#hd-timeline input[form=hd-moving]")];

    function count() {
        const chosen = boxes().filter((box) => box.checked).length;
        const words = form().dataset;
        document.getElementById("hd-moving-count").textContent =
            chosen === 0 ? words.none : chosen === 1 ? words.one : words.many.replace("%(count)s", chosen);
    }

    function select(isOn) {
        if (!form() || slot().classList.contains("hd-choosing") === isOn) {
            return;
        }
        slot().classList.toggle("hd-choosing", isOn);
        form().hidden = !isOn;
        for (const box of boxes()) {
            box.checked = false;
        }
        count();
        if (isOn) {
            document.getElementById("hd-more").open = false;
            const last = boxes().at(-1);
            if (last) {
                last.focus();
            }
        } else {
            const summary = document.querySelector("#hd-more > summary");
            if (summary) {
                summary.focus();
            }
        }
    }

    document.addEventListener("change", (event) => {
        if (event.target.matches("#hd-timeline input[form=hd-moving]")) {
            count();
        }
    });
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-hd-select]")) {
            select(true);
        } else if (event.target.closest("[data-hd-select-end]")) {
            select(false);
        }
        const opener = event.target.closest("[data-hd-open-part]");
        if (opener) {
            event.preventDefault();
            event.stopPropagation();
            openPart(opener.dataset.hdOpenPart);
        }
    }, true);
    // The form comes with the menu, each time that it is fetched; the one that is in use stays.
    document.addEventListener("htmx:oobBeforeSwap", (event) => {
        if (event.detail.target.id === "hd-moving" && slot().classList.contains("hd-choosing")) {
            event.detail.shouldSwap = false;
        }
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && slot().classList.contains("hd-choosing") && !document.querySelector("details.hd-pop[open]")) {
            select(false);
        }
    });

    // A part of the menu from elsewhere on the page: the menu is fetched first when nobody has opened it yet.
    function openPart(id) {
        const menu = document.getElementById("hd-more");
        const show = () => {
            const part = document.getElementById(id);
            if (part) {
                part.open = true;
                (part.querySelector("textarea, select, button") || part).focus();
            }
        };
        if (!menu) {
            return;
        }
        menu.open = true;
        if (document.getElementById(id)) {
            show();
        } else {
            menu.addEventListener("htmx:afterSettle", show, { once: true });
        }
    }

    // "done" comes with the answer to a verb: what was done, and where to take it back.
    document.body.addEventListener("done", (event) => {
        select(false);
        window.desk.say(event.detail.text);
        const toast = document.querySelector("#hd-toasts .hd-toast");
        if (!toast || !event.detail.undo) {
            return;
        }
        const button = document.createElement("button");
        button.type = "button";
        button.className = "hd-toast-undo";
        button.textContent = document.getElementById("hd-toasts").dataset.undo;
        button.dataset.hdPost = event.detail.undo;
        button.addEventListener("click", () => setTimeout(() => toast.remove()));
        toast.insertBefore(button, toast.lastElementChild);
    });
    return { select };
})();
