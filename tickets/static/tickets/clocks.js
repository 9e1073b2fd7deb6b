// Time limits count down: the server writes each chip, this file goes on counting. Nothing moves, only the words change.
"use strict";
(() => {
    const TICK_MS = 5000;
    const words = () => document.getElementById("hd-clock-words").dataset;
    const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

    // As policies/time_words.py says it.
    function span(seconds) {
        const minutes = Math.max(0, Math.floor(seconds / 60));
        const hours = Math.floor(minutes / 60);
        const said = words();
        if (hours < 1) {
            return fill(said.min, { count: minutes });
        }
        if (hours < 10 && minutes % 60) {
            return fill(said.hoursMin, { hours, minutes: minutes % 60 });
        }
        if (hours < 48) {
            return fill(said.hours, { count: hours });
        }
        const days = Math.floor(hours / 24);
        return hours % 24 ? fill(said.daysHours, { days, hours: hours % 24 }) : fill(said.days, { count: days });
    }

    function text(left) {
        const said = words();
        if (left >= 60) {
            return fill(said.due, { time: span(left) });
        }
        if (left > -60) {
            return left > 0 ? said.now : said.over;
        }
        return fill(said.late, { time: span(-left) });
    }

    function show(chip) {
        const left = (Date.parse(chip.dataset.hdDue) - Date.now()) / 1000;
        const tone = left <= 0 ? "late" : left < Number(words().soon) ? "waiting" : "due";
        const line = chip.lastElementChild;
        const said = text(left);
        if (line.textContent !== said) {
            line.textContent = said;
        }
        if (chip.classList.contains(`hd-chip-${tone}`)) {
            return;
        }
        chip.classList.remove("hd-chip-late", "hd-chip-waiting", "hd-chip-due");
        chip.classList.add(`hd-chip-${tone}`);
        const picture = chip.querySelector("use");
        picture.setAttribute("href", `${picture.getAttribute("href").split("#")[0]}#${tone === "late" ? "clock-alert" : "clock"}`);
        // Only the ticket that somebody looks at is announced, once, when its limit passes.
        if (tone === "late" && chip.closest("#hd-bar")) {
            document.getElementById("hd-clock-words").textContent = words().missed;
        }
    }

    // The panel beside the conversation is drawn anew when the bar has moved on.
    function keepPanelFresh() {
        const bar = document.getElementById("hd-bar");
        const panel = document.getElementById("hd-clocks");
        if (bar && panel && Number(bar.dataset.version) > Number(panel.dataset.version)) {
            panel.dataset.version = bar.dataset.version;
            window.htmx.trigger(panel, "hd:refresh");
        }
    }

    function tick() {
        document.querySelectorAll("[data-hd-due]").forEach(show);
        if (!document.hidden) {
            keepPanelFresh();
        }
    }

    document.addEventListener("htmx:afterSettle", tick);
    document.addEventListener("visibilitychange", tick);
    setInterval(tick, TICK_MS);
    tick();
})();
