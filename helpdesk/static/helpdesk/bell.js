// The bell: how many notifications are new, and what they say. Asks once a minute while somebody looks at the page.
"use strict";
(() => {
    const bell = document.getElementById("hd-bell");
    if (!bell) {
        return;
    }
    const MINUTE = 60_000;
    const badge = bell.querySelector(".hd-bell-count");
    const panel = bell.querySelector(".hd-bell-panel");
    let asked = 0;

    const cookie = (name) => (document.cookie.split("; ").find((part) => part.startsWith(`${name}=`)) || "").slice(name.length + 1);

    const headers = () => ({ "HX-Request": "true", "X-CSRFToken": decodeURIComponent(cookie("csrftoken")) });

    function show(unread) {
        badge.hidden = !unread;
        badge.textContent = unread > 99 ? "99+" : String(unread);
    }

    // No connection, or signed out: the page itself will say so; a bell that is silent for a while harms nobody.
    async function call(url, options = {}) {
        try {
            const response = await fetch(url, { credentials: "same-origin", redirect: "error", ...options });
            return response.ok ? response : null;
        } catch {
            return null;
        }
    }

    async function count() {
        if (document.visibilityState !== "visible" || Date.now() - asked < MINUTE - 1000) {
            return;
        }
        asked = Date.now();
        const response = await call(bell.dataset.countUrl, { method: "POST", headers: headers() });
        if (response) {
            show((await response.json()).unread);
        }
    }

    bell.addEventListener("toggle", async () => {
        if (!bell.open) {
            return;
        }
        const response = await call(bell.dataset.url, { headers: { "HX-Request": "true" } });
        if (!response) {
            return;
        }
        panel.innerHTML = await response.text();
        const told = panel.querySelector("[data-newest]");
        if (told) {
            // Only what stands in the panel was seen; what is older waits on the page behind it.
            const body = new URLSearchParams({ up_to: told.dataset.newest, down_to: told.dataset.oldest });
            const answer = await call(bell.dataset.url, { method: "POST", body, headers: headers() });
            if (answer) {
                show((await answer.json()).unread);
            }
        }
    });

    document.addEventListener("visibilitychange", count);
    setInterval(count, MINUTE);
    count();
})();
