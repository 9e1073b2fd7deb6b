// Tells the server that somebody works in this ticket: while the page is looked at and hand or keys have moved lately.
"use strict";
(() => {
    // As in tickets/policies/work.py.
    const BEAT_MS = 25000;
    const IDLE_MS = 60000;
    // Who only passes through has not begun.
    const FIRST_MS = 2000;
    const slot = () => document.getElementById("ws-slot");
    let base = "";
    let movedAt = Date.now();
    let timer = 0;

    const isIdle = () => Date.now() - movedAt > IDLE_MS;
    const mayWork = () => Boolean(document.getElementById("hd-composer"));

    async function beat() {
        timer = setTimeout(beat, BEAT_MS);
        if (document.hidden || !document.hasFocus() || isIdle() || !mayWork()) {
            return;
        }
        base = slot().dataset.base;
        const text = document.getElementById("hd-text-message");
        const body = new URLSearchParams(text && text.value.trim() ? { w: "1" } : {});
        try {
            await window.desk.request(`${base}work/`, { method: "POST", body });
        } catch {
            // The poll of the page says what is wrong; a beat that is lost ends nothing.
        }
    }

    // A page that goes away can still send this, and nothing that waits for an answer.
    function leave() {
        clearTimeout(timer);
        if (base) {
            const body = new URLSearchParams({ end: isIdle() ? "idle" : "now", csrfmiddlewaretoken: window.desk.cookie("csrftoken") });
            navigator.sendBeacon(`${base}work/`, body);
            base = "";
        }
    }

    function begin() {
        clearTimeout(timer);
        movedAt = Date.now();
        timer = setTimeout(beat, FIRST_MS);
    }

    for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "input"]) {
        document.addEventListener(kind, () => {
            const wasIdle = isIdle();
            movedAt = Date.now();
            if (wasIdle) {
                begin();
            }
        }, { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => { if (document.hidden) { leave(); } else { begin(); } });
    window.addEventListener("pagehide", leave);
    document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target.id === "ws-slot") { leave(); } });
    document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "ws-slot") { begin(); } });
    // What was sent or resolved changes what the work is; the server should hear of it now.
    document.body.addEventListener("newmsg", begin);
    begin();
})();
