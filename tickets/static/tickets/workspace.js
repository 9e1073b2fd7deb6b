// The workspace: keeps one ticket fresh by polling, moves between tickets, carries out the bar's verbs.
"use strict";
window.workspace = (() => {
    const VISIBLE_MS = 5000;
    const HIDDEN_MS = 30000;
    const PANE_MS = 15000;
    const slot = () => document.getElementById("ws-slot");
    const fragment = (text) => new DOMParser().parseFromString(text, "text/html");
    let timer = 0;
    let running = null;
    let isBarStale = false;
    let title = document.title;

    // Polling ---------------------------------------------------------------------------------------------------------
    function schedule() {
        clearTimeout(timer);
        timer = setTimeout(() => poll(), document.hidden ? HIDDEN_MS : VISIBLE_MS);
    }

    // One poll at a time; whoever asks meanwhile waits for it and then asks once more.
    async function poll({ isForced = false } = {}) {
        if (running) {
            await running;
            if (!isForced) {
                return;
            }
        }
        running = fetchChanges();
        try {
            await running;
        } finally {
            running = null;
            schedule();
        }
    }

    async function fetchChanges() {
        const asked = slot();
        const bar = isBarStale && !isBarBusy() ? "&bar=1" : "";
        try {
            const answer = await window.desk.request(`${asked.dataset.base}messages/?after=${asked.dataset.sequence}&view=${asked.dataset.view}${bar}`);
            if (answer.status !== 204 && asked === slot()) {
                apply(fragment(answer.text).querySelector("[data-changes]"));
            }
        } catch (error) {
            // A lost connection mends itself; being signed out does not.
            if (error.code === "signed_out" || error.status === 404) {
                window.desk.say(error.message);
            }
        }
    }

    function apply(changes) {
        const wasAtEnd = window.timeline.isAtEnd();
        const bar = changes.querySelector("#hd-bar");
        const notices = changes.querySelector("#hd-notices");
        slot().dataset.sequence = changes.dataset.sequence;
        slot().dataset.unread = changes.dataset.unread;
        const added = window.timeline.merge(changes);
        if (bar) {
            replaceBar(bar);
        }
        if (notices) {
            document.getElementById("hd-notices").replaceWith(notices);
        }
        if (added && wasAtEnd) {
            window.timeline.toEnd();
        } else if (Number(changes.dataset.arrived)) {
            document.getElementById("hd-newest").hidden = false;
        }
        showUnread();
        slot().toggleAttribute("data-may-read", "mayRead" in changes.dataset);
        markRead();
        if ("hasMore" in changes.dataset) {
            setTimeout(() => poll({ isForced: true }));
        }
    }

    // While a verb is under way its answer brings the bar; a poll that drew it anew would take the form away under its hands.
    // A request is known by its xhr: once the answer has taken the bar's place, the event no longer names an element of the bar.
    const verbsUnderWay = new Set();
    const isOfBar = (event) => Boolean(event.detail.elt && event.detail.elt.closest("#hd-bar"));
    document.addEventListener("htmx:beforeSend", (event) => { if (isOfBar(event)) { verbsUnderWay.add(event.detail.xhr); } });
    document.addEventListener("htmx:afterRequest", (event) => { verbsUnderWay.delete(event.detail.xhr); });
    const isBarBusy = () => verbsUnderWay.size > 0 || Boolean(document.querySelector("#hd-bar [open]"));
    function replaceBar(fresh) {
        const old = document.getElementById("hd-bar");
        isBarStale = isBarBusy();
        // A verb that was just carried out has brought the same bar already, or a newer one than a poll that left before it.
        if (isBarStale || Number(fresh.dataset.version) <= Number(old.dataset.version)) {
            return;
        }
        const held = old.contains(document.activeElement) && document.activeElement.closest("[id]").id;
        old.replaceWith(fresh);
        window.htmx.process(fresh);
        focusControl(held);
    }

    function focusControl(id) {
        const control = id && document.getElementById(id);
        if (control) {
            (control.querySelector("summary") || control).focus();
        }
    }
    document.addEventListener("hd:menuclosed", () => { if (isBarStale) { poll({ isForced: true }); } });

    // Unread ----------------------------------------------------------------------------------------------------------
    function showUnread() {
        const count = Number(slot().dataset.unread);
        document.title = count && document.hidden ? `(${count}) ${title}` : title;
    }

    async function markRead() {
        if (document.hidden || !("mayRead" in slot().dataset)) {
            return;
        }
        try {
            await window.desk.request(`${slot().dataset.base}read/`, { method: "POST" });
            slot().dataset.unread = "0";
            slot().removeAttribute("data-may-read");
            showRead();
            showUnread();
        } catch {
            // The counter is the team's; the next look resets it.
        }
    }

    // The list may have been asked for before the ticket was read, and come in behind it.
    function showRead() {
        const row = slot().dataset.unread === "0" && document.getElementById(`p-${slot().dataset.ticket}`);
        if (row) {
            row.classList.remove("hd-row-unread");
            row.querySelectorAll(".hd-unread").forEach((badge) => badge.remove());
        }
    }
    document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "hd-pane") { showRead(); } });

    // Verbs and decisions ---------------------------------------------------------------------------------------------
    async function post(button) {
        button.disabled = true;
        try {
            const answer = await window.desk.request(slot().dataset.base + button.dataset.hdPost, { method: "POST" });
            if (answer.text) {
                window.composer.takeBack(JSON.parse(answer.text).text);
            }
            // A line of the timeline is never drawn again: what was taken back once would go on offering it.
            button.hidden = button.classList.contains("hd-line-act");
        } catch (error) {
            window.desk.say(error.message);
            button.disabled = false;
        }
        await poll({ isForced: true });
    }

    async function loadOlder(button) {
        button.disabled = true;
        const log = window.timeline.log();
        try {
            const answer = await window.desk.request(`${slot().dataset.base}messages/?before=${button.dataset.hdOlder}`);
            const page = fragment(answer.text).querySelector("[data-older]");
            const fromEnd = log.scrollHeight - log.scrollTop;
            // Only what is new is announced, not what somebody asked to see.
            log.setAttribute("aria-live", "off");
            window.timeline.merge(page);
            document.getElementById("hd-older").replaceChildren(...page.lastElementChild.childNodes);
            log.scrollTop = log.scrollHeight - fromEnd;
            requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
        } catch (error) {
            window.desk.say(error.message);
            button.disabled = false;
        }
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-hd-post]");
        const older = event.target.closest("[data-hd-older]");
        if (button) {
            post(button);
        } else if (older) {
            loadOlder(older);
        } else if (event.target.closest(".hd-side-toggle")) {
            showSide(!slot().classList.contains("hd-side-open"));
        } else if (event.target.closest(".hd-side-close") || !event.target.closest("#hd-side")) {
            showSide(false);
        }
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
            showSide(false);
        }
    });

    // On a narrow window the customer lies over the conversation.
    function showSide(isOpen) {
        if (isOpen === slot().classList.contains("hd-side-open")) {
            return;
        }
        slot().classList.toggle("hd-side-open", isOpen);
        const toggle = document.querySelector(".hd-side-toggle");
        toggle.setAttribute("aria-expanded", String(isOpen));
        (isOpen ? document.querySelector(".hd-side-close") : toggle).focus();
    }

    // A resolve is refused when the ticket has changed since this page saw it. If nobody wrote, it is simply repeated.
    document.addEventListener("hd:refused", async (event) => {
        const { refused, element } = event.detail;
        if (refused.code !== "stale_version" || !element.closest("#hd-bar")) {
            return;
        }
        event.preventDefault();
        const before = document.querySelectorAll(".hd-item-in").length;
        isBarStale = true;
        await poll({ isForced: true });
        const button = element.id && document.getElementById(element.id);
        if (document.querySelectorAll(".hd-item-in").length === before && button && !element.dataset.repeated) {
            button.dataset.repeated = "1";
            button.click();
        } else {
            window.desk.say(refused.message);
        }
    });

    // Focus stays where the hand was: the bar is drawn anew, its controls keep their ids.
    let focusId = "";
    document.addEventListener("htmx:beforeRequest", (event) => {
        const control = event.target.closest && event.target.closest("#hd-bar details[id], #hd-bar button[id]");
        focusId = control ? control.id : "";
    });
    document.addEventListener("htmx:afterSwap", (event) => {
        if (event.target.id === "hd-bar" || event.detail.target.id === "hd-bar") {
            focusControl(focusId);
        }
        if (event.detail.target.id === "ws-slot") {
            start();
            document.getElementById("hd-heading").focus();
            for (const link of document.querySelectorAll("#hd-pane a[data-ticket]")) {
                if (link.dataset.ticket === slot().dataset.ticket) {
                    link.setAttribute("aria-current", "page");
                } else {
                    link.removeAttribute("aria-current");
                }
            }
        }
    });
    // Whatever drew the bar anew while the ticket came in has taken the focus with it.
    document.addEventListener("htmx:afterSettle", (event) => {
        if (event.detail.target.id === "ws-slot" && document.activeElement === document.body) {
            document.getElementById("hd-heading").focus();
        }
    });
    document.addEventListener("htmx:confirm", (event) => {
        if (event.target.matches && event.target.matches("#hd-pane a")) {
            event.preventDefault();
            window.composer.flush().finally(() => event.detail.issueRequest());
        }
    });
    document.body.addEventListener("newmsg", (event) => {
        poll({ isForced: true }).then(() => {
            if (event.detail && event.detail.own) {
                window.timeline.toEnd();
            }
        });
    });
    document.addEventListener("visibilitychange", () => {
        if (!document.hidden) {
            poll({ isForced: true }).then(markRead);
        }
        showUnread();
    });
    setInterval(() => {
        const pane = document.getElementById("hd-pane");
        if (!document.hidden && pane.offsetParent && !pane.matches(":hover, :focus-within")) {
            pane.setAttribute("hx-get", pane.getAttribute("hx-get").replace(/current=\d*/, `current=${slot().dataset.ticket}`));
            window.htmx.trigger(pane, "hd:refresh");
        }
    }, PANE_MS);

    // Keys ------------------------------------------------------------------------------------------------------------
    const press = (id) => { const button = document.getElementById(id); if (button) { button.click(); } };
    function neighbour(step) {
        const links = [...document.querySelectorAll("#hd-pane a[data-ticket]")];
        const at = links.findIndex((link) => link.dataset.ticket === slot().dataset.ticket);
        const next = links[at + step];
        if (next) {
            next.click();
        }
    }
    async function resolveAndGoOn() {
        await window.composer.flush();
        // Looked up only now: a poll may have drawn the bar anew meanwhile.
        const button = document.getElementById("hd-resolve");
        if (button) {
            const flag = document.createElement("input");
            flag.type = "hidden";
            flag.name = "next";
            flag.value = "1";
            button.form.append(flag);
            button.click();
        }
    }
    const keys = window.desk.actions;
    keys.set("j", () => neighbour(1));
    keys.set("k", () => neighbour(-1));
    keys.set("r", () => window.composer.show("message"));
    keys.set("n", () => window.composer.show("note"));
    keys.set("a", () => press("hd-take"));
    keys.set("z", () => {
        const menu = document.querySelector("#hd-snooze > summary");
        if (menu) {
            menu.click();
        } else {
            press("hd-wake");
        }
    });
    keys.set("e", () => { resolveAndGoOn(); });
    keys.set("/", () => { location.href = `${document.querySelector("[data-inbox-url]").dataset.inboxUrl.split("?")[0]}#hd-search`; });

    function start() {
        verbsUnderWay.clear();
        title = document.title.replace(/^\(\d+\) /, "");
        isBarStale = false;
        window.composer.start();
        window.timeline.toEnd();
        markRead();
        schedule();
    }
    // htmx is deferred before this file, so that both are there when the page starts.
    start();
    return { poll };
})();
