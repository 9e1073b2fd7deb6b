// Naming a colleague in a note: "@" at the beginning of a word opens the list of who can see the ticket.
"use strict";
(() => {
    const MOST = 8;
    // What is being typed behind the sign, up to the cursor; a sign inside a word belongs to a mail address.
    const BEGUN = /(?:^|[^\p{L}\p{N}_.+@-])@([\p{L}\p{N}_.+@-]{0,150})$/u;
    let list = null;
    let ofTicket = "";
    let from = 0;
    let active = -1;
    let asked = 0;

    const slot = () => document.getElementById("ws-slot");
    const field = () => document.getElementById("hd-text-note");
    const isOpen = () => Boolean(list) && list.isConnected && !list.hidden;
    const shown = () => [...list.querySelectorAll("[role=option]:not([hidden])")];

    async function fetchList() {
        if (list && ofTicket === slot().dataset.ticket) {
            return true;
        }
        const mine = asked += 1;
        let text;
        try {
            text = (await window.desk.request(`${slot().dataset.base}colleagues/`)).text;
        } catch {
            // Without the list a name can still be typed.
            return false;
        }
        if (mine !== asked) {
            return false;
        }
        list?.remove();
        document.getElementById("hd-mentions-state")?.remove();
        list = document.adoptNode(new DOMParser().parseFromString(text, "text/html").getElementById("hd-mentions"));
        ofTicket = slot().dataset.ticket;
        return true;
    }

    function place() {
        if (!list.isConnected) {
            document.getElementById("hd-compose-panel").append(list);
            const status = document.createElement("p");
            status.id = "hd-mentions-state";
            status.className = "visually-hidden";
            status.setAttribute("role", "status");
            list.after(status);
        }
    }

    function fits(option, wanted) {
        const words = [option.dataset.name, ...option.querySelector("bdi").textContent.split(/\s+/)];
        return words.some((word) => word.toLowerCase().startsWith(wanted));
    }

    function narrow(wanted) {
        let count = 0;
        for (const option of list.querySelectorAll("[role=option]")) {
            option.hidden = count >= MOST || !fits(option, wanted);
            count += option.hidden ? 0 : 1;
        }
        const words = list.dataset;
        document.getElementById("hd-mentions-state").textContent =
            count === 0 ? words.none : count === 1 ? words.one : words.many.replace("%(count)s", count);
        if (!count) {
            close();
            return;
        }
        list.hidden = false;
        field().setAttribute("aria-controls", "hd-mentions");
        field().setAttribute("aria-autocomplete", "list");
        choose(0);
    }

    function choose(index) {
        const all = shown();
        active = (index + all.length) % all.length;
        list.querySelectorAll("[role=option]").forEach((option) => option.setAttribute("aria-selected", String(option === all[active])));
        field().setAttribute("aria-activedescendant", all[active].id);
        all[active].scrollIntoView({ block: "nearest" });
    }

    function close() {
        if (!list) {
            return;
        }
        list.hidden = true;
        active = -1;
        for (const name of ["aria-activedescendant", "aria-controls"]) {
            field()?.removeAttribute(name);
        }
    }

    function pick(option) {
        const area = field();
        const to = area.selectionStart;
        close();
        area.focus();
        area.setSelectionRange(from, to);
        const text = `@${option.dataset.name} `;
        // The browser's own way of typing keeps "undo" working; where it is gone, the text is set.
        if (!document.execCommand("insertText", false, text)) {
            area.setRangeText(text, from, to, "end");
            area.dispatchEvent(new Event("input", { bubbles: true }));
        }
    }

    async function look() {
        const area = field();
        const before = area.value.slice(0, area.selectionStart);
        const begun = area.selectionStart === area.selectionEnd ? BEGUN.exec(before) : null;
        if (!begun) {
            close();
            return;
        }
        from = before.length - begun[1].length - 1;
        if ((await fetchList()) && field() === area && area.value.slice(0, area.selectionStart) === before) {
            place();
            narrow(begun[1].toLowerCase());
        }
    }

    document.addEventListener("input", (event) => {
        if (event.target.id === "hd-text-note" && !event.isComposing) {
            look();
        }
    });
    document.addEventListener("keydown", (event) => {
        if (event.target.id !== "hd-text-note" || !isOpen() || event.isComposing) {
            return;
        }
        const steps = { ArrowDown: 1, ArrowUp: -1 };
        if (event.key in steps) {
            choose(active + steps[event.key]);
        } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || (event.key === "Tab" && !event.shiftKey)) {
            pick(shown()[active]);
        } else if (event.key === "Escape") {
            close();
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
    }, true);
    document.addEventListener("mousedown", (event) => {
        const option = isOpen() && event.target.closest(".hd-mention");
        if (option) {
            // The text keeps the focus, and its cursor.
            event.preventDefault();
            pick(option);
        }
    });
    document.addEventListener("focusout", (event) => {
        if (event.target.id === "hd-text-note") {
            close();
        }
    });
})();
