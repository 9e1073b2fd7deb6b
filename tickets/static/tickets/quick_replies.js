// Quick replies in the composer: "/" at the beginning of a line or the button opens the list; what is still open is said below.
"use strict";
window.quickReplies = (() => {
    const WAIT_MS = 150;
    const OPEN_PLACE = /\{\{\s*([^{}]{0,300}?)\s*\}\}/g;
    let used = new Set();
    let macro = null;
    let range = null;
    let active = -1;
    let timer = 0;
    let asked = 0;

    const byId = (id) => document.getElementById(id);
    const panel = () => byId("hd-quick");
    const area = () => byId("hd-text-message");
    const search = () => byId("hd-quick-search");
    const options = () => [...byId("hd-quick-list").querySelectorAll("[role=option]")];
    const isOpen = () => Boolean(panel()) && !panel().hidden;

    // The list --------------------------------------------------------------------------------------------------------
    // `from` to `to`: what of the text a chosen reply replaces; the slash that opened the list is a part of it.
    function open(from, to) {
        range = { from, to };
        panel().hidden = false;
        byId("hd-quick-open").setAttribute("aria-expanded", "true");
        byId("hd-quick-save").hidden = area().value.trim().length < 8;
        search().value = "";
        search().focus();
        fetchList();
    }

    function close({ focus = true } = {}) {
        if (!isOpen()) {
            return;
        }
        asked += 1;
        panel().hidden = true;
        byId("hd-quick-open").setAttribute("aria-expanded", "false");
        byId("hd-quick-list").replaceChildren();
        byId("hd-quick-preview").replaceChildren();
        if (focus) {
            area().focus();
            area().setSelectionRange(range.to, range.to);
        }
    }

    async function fetchList() {
        const mine = asked += 1;
        const conversation = document.querySelector("#hd-compose [name=conversation]");
        const values = new URLSearchParams({ q: search().value, ticket: byId("ws-slot").dataset.ticket });
        if (conversation) {
            values.set("conversation", conversation.value);
        }
        let text = "";
        try {
            text = (await window.desk.request(`${panel().dataset.url}?${values}`)).text;
        } catch (error) {
            if (mine === asked) {
                byId("hd-quick-state").textContent = panel().dataset.offline;
                window.desk.say(error.message);
            }
            return;
        }
        if (mine !== asked || !isOpen()) {
            return;
        }
        const found = new DOMParser().parseFromString(text, "text/html");
        byId("hd-quick-list").replaceChildren(...found.querySelectorAll("[role=option]"));
        const words = panel().dataset;
        const count = options().length;
        byId("hd-quick-state").textContent =
            count === 0 ? words.none : count === 1 ? words.one : words.many.replace("%(count)s", count);
        if (!count) {
            const none = document.createElement("li");
            none.className = "hd-options-none";
            none.setAttribute("role", "presentation");
            none.textContent = words.none;
            byId("hd-quick-list").append(none);
        }
        choose(0);
    }

    function choose(index) {
        const all = options();
        active = all.length ? Math.min(Math.max(index, 0), all.length - 1) : -1;
        all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
        const preview = byId("hd-quick-preview");
        if (active < 0) {
            search().removeAttribute("aria-activedescendant");
            preview.replaceChildren();
            return;
        }
        search().setAttribute("aria-activedescendant", all[active].id);
        all[active].scrollIntoView({ block: "nearest" });
        preview.replaceChildren(all[active].querySelector("template").content.cloneNode(true));
        preview.scrollTop = 0;
    }

    function pick(option) {
        const text = option.querySelector("template").content.querySelector(".hd-quick-text").textContent;
        used.add(option.dataset.id);
        const { from, to } = range;
        close({ focus: false });
        insert(text, from, to);
    }

    // The browser's own way of typing keeps "undo" working; where it is gone, the text is set.
    function insert(text, from, to) {
        const field = area();
        field.focus();
        field.setSelectionRange(from, to);
        if (!document.execCommand("insertText", false, text)) {
            field.setRangeText(text, from, to, "end");
            field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
        const first = [...field.value.matchAll(OPEN_PLACE)].find((place) => place.index >= from);
        if (first && first.index < from + text.length) {
            field.setSelectionRange(first.index, first.index + first[0].length);
        }
        drawMissing();
    }

    // What is still open ----------------------------------------------------------------------------------------------
    function drawMissing() {
        const line = byId("hd-missing");
        if (!line) {
            return;
        }
        const names = [...new Set([...area().value.matchAll(OPEN_PLACE)].map((place) => place[1].split("|")[0].trim()))];
        const shown = line.dataset.names;
        line.dataset.names = names.join("\n");
        line.hidden = names.length === 0;
        if (shown !== line.dataset.names) {
            line.querySelector(".hd-missing-names").replaceChildren(...names.map((name) => {
                const button = document.createElement("button");
                button.type = "button";
                button.className = "hd-missing-name";
                button.dataset.name = name;
                button.textContent = name || "…";
                return button;
            }));
        }
    }

    function goToPlace(name) {
        const field = area();
        const place = [...field.value.matchAll(OPEN_PLACE)].find((one) => one[1].split("|")[0].trim() === name);
        if (place) {
            field.focus();
            field.setSelectionRange(place.index, place.index + place[0].length);
        }
    }

    // A macro that is run with the answer -----------------------------------------------------------------------------
    function attachMacro(chosen) {
        macro = chosen;
        const line = byId("hd-macro-line");
        line.hidden = !chosen;
        if (chosen) {
            const text = chosen.words ? line.dataset.text : line.dataset.alone;
            line.querySelector("span").textContent = text.replace("%(name)s", () => chosen.name).replace("%(what)s", () => chosen.words);
        }
    }

    // Its answer goes where the cursor is; what stands in the box already stays.
    function stage(chosen, text) {
        window.composer.show("message");
        const field = area();
        const from = field.value.trim() ? field.selectionStart : 0;
        const to = field.value.trim() ? field.selectionEnd : field.value.length;
        used.add(chosen.reply);
        insert(text, from, to);
        attachMacro(chosen);
    }

    // For the composer ------------------------------------------------------------------------------------------------
    function fill(body) {
        used.forEach((id) => body.append("quick_reply", id));
        if (macro) {
            body.set("macro", macro.id);
            if (macro.goesOn) {
                body.set("next", "1");
                body.set("view", byId("ws-slot").dataset.view);
            }
        }
    }

    function reset() {
        used = new Set();
        if (byId("hd-macro-line")) {
            close({ focus: false });
            attachMacro(null);
            drawMissing();
        }
    }

    // Wiring: on the page, since the composer is swapped with its ticket.
    document.addEventListener("input", (event) => {
        if (event.target.id === "hd-quick-search") {
            if (event.target.value === " ") {
                close();
                insert(" ", range.to, range.to);
                return;
            }
            clearTimeout(timer);
            timer = setTimeout(fetchList, WAIT_MS);
        } else if (event.target.id === "hd-text-message") {
            const at = event.target.selectionStart;
            const before = event.target.value.slice(0, at);
            if (!event.target.value.trim()) {
                used = new Set();
            }
            drawMissing();
            if (panel() && event.data === "/" && !event.isComposing && (before === "/" || before.endsWith("\n/"))) {
                open(at - 1, at);
            }
        }
    });
    const MOVES = { ArrowDown: () => active + 1, ArrowUp: () => active - 1, PageDown: () => active + 6, PageUp: () => active - 6 };
    document.addEventListener("keydown", (event) => {
        if (!isOpen() || !panel().contains(event.target) || event.isComposing) {
            return;
        }
        if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            close();
        } else if (event.target.id !== "hd-quick-search") {
            return;
        } else if (event.key in MOVES) {
            event.preventDefault();
            choose(MOVES[event.key]());
        } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && active >= 0) {
            event.preventDefault();
            event.stopPropagation();
            pick(options()[active]);
        } else if (event.key === "Enter") {
            event.preventDefault();
        } else if (event.key === "Backspace" && !event.target.value) {
            event.preventDefault();
            const { from, to } = range;
            close();
            if (area().value.slice(from, to) === "/") {
                insert("", from, to);
            }
        }
    }, true);
    document.addEventListener("mousedown", (event) => {
        // A press on the list must not take the focus out of the field that narrows it.
        if (isOpen() && event.target.closest("#hd-quick-list")) {
            event.preventDefault();
        }
    });
    document.addEventListener("mousemove", (event) => {
        const option = isOpen() && event.target.closest && event.target.closest("#hd-quick-list [role=option]");
        if (option && option.getAttribute("aria-selected") !== "true" && (event.movementX || event.movementY)) {
            choose(options().indexOf(option));
        }
    });
    document.addEventListener("click", (event) => {
        const option = event.target.closest("#hd-quick-list [role=option]");
        const name = event.target.closest(".hd-missing-name");
        if (option) {
            pick(option);
        } else if (name) {
            goToPlace(name.dataset.name);
        } else if (event.target.closest("#hd-quick-open")) {
            if (isOpen()) {
                close();
            } else {
                open(area().selectionStart, area().selectionEnd);
            }
        } else if (event.target.closest("#hd-quick-close")) {
            close();
        } else if (event.target.closest("#hd-macro-off")) {
            attachMacro(null);
            area().focus();
        } else if (event.target.closest("#hd-quick-save")) {
            keep(event.target.closest("#hd-quick-save"));
        } else if (isOpen() && !event.target.closest("#hd-quick")) {
            close({ focus: false });
        }
    });

    // The form of a new quick reply, with the text of the box; through the form's own session storage, since texts are too long for links.
    function keep(button) {
        const text = area().value.slice(0, range.from) + area().value.slice(area().value[range.from] === "/" ? range.to : range.from);
        sessionStorage.setItem("hd-new-quick-reply", text.trim());
        window.open(`${button.dataset.url}?from=composer`, "_self");
    }

    return { fill, reset, stage, drawMissing, isOpen };
})();
