// Help articles in the composer: the button opens a list that begins with what fits the customer's last message.
"use strict";
(() => {
    const WAIT_MS = 200;
    let active = -1;
    let timer = 0;
    let asked = 0;
    let range = { from: 0, to: 0 };

    const byId = (id) => document.getElementById(id);
    const panel = () => byId("hd-articles");
    const area = () => byId("hd-text-message");
    const search = () => byId("hd-articles-search");
    const options = () => [...byId("hd-articles-list").querySelectorAll("[role=option]")];
    const isOpen = () => Boolean(panel()) && !panel().hidden;

    function open() {
        range = { from: area().selectionStart, to: area().selectionEnd };
        panel().hidden = false;
        byId("hd-articles-open").setAttribute("aria-expanded", "true");
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
        byId("hd-articles-open").setAttribute("aria-expanded", "false");
        byId("hd-articles-list").replaceChildren();
        if (focus) {
            area().focus();
            area().setSelectionRange(range.to, range.to);
        }
    }

    async function fetchList() {
        const mine = asked += 1;
        const values = new URLSearchParams({ q: search().value, ticket: byId("ws-slot").dataset.ticket });
        const words = panel().dataset;
        let text = "";
        try {
            text = (await window.desk.request(`${words.url}?${values}`)).text;
        } catch {
            byId("hd-articles-state").textContent = words.offline;
            return;
        }
        if (mine !== asked || !isOpen()) {
            return;
        }
        const found = new DOMParser().parseFromString(text, "text/html");
        byId("hd-articles-list").replaceChildren(...found.querySelectorAll("[role=option]"));
        const count = options().length;
        byId("hd-articles-state").textContent = count ? words.count.replace("%(count)s", count) : words.none;
        if (!count) {
            const none = document.createElement("li");
            none.className = "hd-options-none";
            none.setAttribute("role", "presentation");
            none.textContent = words.none;
            byId("hd-articles-list").append(none);
        }
        choose(0);
    }

    function choose(index) {
        const all = options();
        active = all.length ? Math.min(Math.max(index, 0), all.length - 1) : -1;
        all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
        if (active < 0) {
            search().removeAttribute("aria-activedescendant");
            return;
        }
        search().setAttribute("aria-activedescendant", all[active].id);
        all[active].scrollIntoView({ block: "nearest" });
    }

    function pick(option) {
        const { title, url, article } = option.dataset;
        const { from, to } = range;
        const address = panel().dataset.inserted;
        close({ focus: false });
        const field = area();
        field.focus();
        field.setSelectionRange(from, to);
        const before = field.value.slice(0, from);
        const text = `${before && !/\s$/.test(before) ? " " : ""}${title}: ${url}`;
        // The browser's own way of typing keeps "undo" working.
        if (!document.execCommand("insertText", false, text)) {
            field.setRangeText(text, from, to, "end");
            field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
        const body = new FormData();
        body.set("article", article);
        window.desk.request(address, { method: "POST", body }).catch(() => undefined);
    }

    document.addEventListener("input", (event) => {
        if (event.target.id === "hd-articles-search") {
            clearTimeout(timer);
            timer = setTimeout(fetchList, WAIT_MS);
        }
    });
    document.addEventListener("keydown", (event) => {
        if (!isOpen() || !panel().contains(event.target) || event.isComposing) {
            return;
        }
        if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            close();
        } else if (event.target.id === "hd-articles-search" && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
            event.preventDefault();
            choose(active + (event.key === "ArrowDown" ? 1 : -1));
        } else if (event.target.id === "hd-articles-search" && event.key === "Enter") {
            event.preventDefault();
            event.stopPropagation();
            if (active >= 0) {
                pick(options()[active]);
            }
        }
    }, true);
    document.addEventListener("mousedown", (event) => {
        // A press on the list must not take the focus out of the field that narrows it.
        if (isOpen() && event.target.closest("#hd-articles-list")) {
            event.preventDefault();
        }
    });
    document.addEventListener("click", (event) => {
        const option = event.target.closest("#hd-articles-list [role=option]");
        if (option) {
            pick(option);
        } else if (event.target.closest("#hd-articles-open")) {
            if (isOpen()) {
                close();
            } else {
                open();
            }
        } else if (event.target.closest("#hd-articles-close")) {
            close();
        } else if (isOpen() && !event.target.closest("#hd-articles")) {
            close({ focus: false });
        }
    });
})();
