// What inbox and workspace share: requests, toasts, menus, the narrowing of long menus, keys.
"use strict";
window.desk = (() => {
    const toasts = () => document.getElementById("hd-toasts");

    function cookie(name) {
        for (const part of document.cookie.split("; ")) {
            const at = part.indexOf("=");
            if (part.slice(0, at) === name) {
                return decodeURIComponent(part.slice(at + 1));
            }
        }
        return "";
    }

    // A refusal of the server or the lack of one, as {status, code, message}. Never throws anything else.
    class Refused extends Error {
        constructor(status, code, message, fields = {}) {
            super(message);
            Object.assign(this, { status, code, fields });
        }
    }

    function refusal(status, text) {
        try {
            const body = JSON.parse(text);
            if (body && typeof body.message === "string") {
                return new Refused(status, String(body.code || ""), body.message, body.fields || {});
            }
        } catch {
            // An answer that is no JSON comes from in front of the pages: a proxy, the CSRF check, a fault.
        }
        const words = toasts().dataset;
        return new Refused(status, status === 403 ? "expired" : "broken", status === 403 ? words.expired : words.broken);
    }

    async function request(url, { method = "GET", body = null } = {}) {
        let response;
        try {
            response = await fetch(url, {
                method, body, credentials: "same-origin",
                headers: { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") },
            });
        } catch {
            throw new Refused(0, "offline", toasts().dataset.offline);
        }
        const text = response.status === 204 ? "" : await response.text();
        if (!response.ok) {
            throw refusal(response.status, text);
        }
        return { status: response.status, text };
    }

    function say(text) {
        for (const old of toasts().querySelectorAll(".hd-toast")) {
            old.remove();
        }
        const toast = document.createElement("div");
        toast.className = "hd-toast";
        const words = document.createElement("span");
        words.textContent = text;
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", toasts().dataset.dismiss);
        button.addEventListener("click", () => toast.remove());
        toast.append(words, button);
        toasts().append(toast);
        setTimeout(() => toast.remove(), 9000);
    }

    document.addEventListener("htmx:configRequest", (event) => {
        event.detail.headers["X-CSRFToken"] = cookie("csrftoken");
    });
    document.addEventListener("htmx:responseError", (event) => {
        const xhr = event.detail.xhr;
        const refused = refusal(xhr.status, xhr.responseText);
        // The workspace looks after a stale resolve itself.
        if (!document.dispatchEvent(new CustomEvent("hd:refused", { cancelable: true, detail: { refused, element: event.detail.elt } }))) {
            return;
        }
        say(refused.message);
    });
    document.addEventListener("htmx:sendError", () => say(toasts().dataset.offline));

    // Menus: one open at a time, closed by Escape and by a click elsewhere, narrowed by typing.
    const openMenus = () => document.querySelectorAll("details.hd-pop[open]");
    document.addEventListener("click", (event) => {
        for (const menu of openMenus()) {
            if (!menu.contains(event.target)) {
                menu.open = false;
            }
        }
    });
    document.addEventListener("toggle", (event) => {
        if (!event.target.matches || !event.target.matches("details.hd-pop")) {
            return;
        }
        if (event.target.open) {
            const field = event.target.querySelector("input:not([type=hidden])");
            if (field) {
                field.focus();
            }
        } else {
            document.dispatchEvent(new CustomEvent("hd:menuclosed"));
        }
    }, true);
    document.addEventListener("htmx:afterSettle", (event) => {
        const menu = event.target.closest && event.target.closest("details.hd-pop[open]");
        const first = menu && event.target.querySelector("input, button, a");
        if (first) {
            first.focus();
        }
    });
    document.addEventListener("input", (event) => {
        if (!event.target.matches("[data-hd-narrow]")) {
            return;
        }
        const wanted = event.target.value.trim().toLowerCase();
        for (const item of event.target.parentElement.querySelectorAll(".hd-options li")) {
            item.hidden = !item.textContent.toLowerCase().includes(wanted);
        }
    });

    // Keys: bare letters outside fields, never with a modifier, only for those who have not switched them off.
    const actions = new Map();
    let prefix = "";
    const isField = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";
    // Few ask for it, so it is fetched by who does.
    async function showHelp(help) {
        try {
            if (!help.childElementCount) {
                const { text } = await request(help.dataset.url);
                help.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
            }
        } catch (refused) {
            say(refused.message);
            return;
        }
        if (!help.open) {
            help.showModal();
        }
    }
    function onKey(event) {
        if (event.key === "Escape") {
            for (const menu of openMenus()) {
                menu.open = false;
                menu.querySelector("summary").focus();
            }
            return;
        }
        const help = document.getElementById("hd-shortcuts");
        if (!help || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isField(event.target) || help.open) {
            return;
        }
        const key = prefix + event.key;
        prefix = event.key === "g" ? "g" : "";
        if (key === "?") {
            showHelp(help);
        } else if (actions.has(key) && actions.get(key)(event) !== false) {
            event.preventDefault();
        }
    }
    document.addEventListener("keydown", onKey);
    actions.set("gi", () => { location.href = document.querySelector("[data-inbox-url]").dataset.inboxUrl; });

    return { request, cookie, say, actions, Refused };
})();
