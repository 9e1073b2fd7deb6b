// The inbox: selection, live refresh while nobody is busy, keys.
"use strict";
(() => {
    const REFRESH_MS = 15000;
    const form = document.getElementById("hd-bulk");
    const live = document.getElementById("hd-live");
    const bar = form.querySelector(".hd-bulk");
    const boxes = () => [...live.querySelectorAll("input[name=_selected_action]")];
    const chosen = () => boxes().filter((box) => box.checked);
    let last = null;
    let here = "";

    function showSelection() {
        if (!bar) {
            return;
        }
        const count = chosen().length;
        const words = bar.querySelector(".hd-bulk-count");
        bar.hidden = count === 0;
        form.classList.toggle("hd-selecting", count > 0);
        words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("{count}", count);
        const all = bar.querySelector("[data-hd-all]");
        all.checked = count > 0 && count === boxes().length;
        all.indeterminate = count > 0 && count < boxes().length;
    }

    function toggleRange(box, withShift) {
        const all = boxes();
        if (withShift && last && all.includes(last)) {
            const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
            for (const between of all.slice(from, to + 1)) {
                between.checked = box.checked;
            }
        }
        last = box;
    }

    let withShift = false;
    form.addEventListener("click", (event) => {
        withShift = event.shiftKey;
        if (event.target.closest("[data-hd-none]")) {
            boxes().forEach((box) => { box.checked = false; });
            showSelection();
        }
    });
    form.addEventListener("change", (event) => {
        if (event.target.matches("[data-hd-all]")) {
            boxes().forEach((box) => { box.checked = event.target.checked; });
        } else if (event.target.name === "_selected_action") {
            toggleRange(event.target, withShift);
        }
        showSelection();
    });
    form.addEventListener("submit", (event) => {
        const count = chosen().length;
        if (count > 20 && !window.confirm(form.dataset.confirm.replace("{count}", count))) {
            event.preventDefault();
        }
    });

    // Refresh: only a list that somebody looks at and has no hands on.
    const isBusy = () => document.hidden || chosen().length > 0 || document.querySelector("details.hd-pop[open]");
    setInterval(() => {
        if (!isBusy()) {
            window.htmx.trigger(live, "hd:refresh");
        }
    }, REFRESH_MS);
    document.addEventListener("htmx:beforeSwap", (event) => {
        if (event.target === live && isBusy()) {
            event.detail.shouldSwap = false;
        }
    });
    document.addEventListener("htmx:afterSettle", () => { mark(document.getElementById(here)); });

    // Keys.
    const rows = () => [...live.querySelectorAll(".hd-row")];
    function mark(row) {
        live.querySelectorAll(".hd-row-here").forEach((old) => old.classList.remove("hd-row-here"));
        if (row) {
            row.classList.add("hd-row-here");
            here = row.id;
        }
    }
    function move(step) {
        const all = rows();
        const at = all.findIndex((row) => row.id === here);
        const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
        if (next) {
            mark(next);
            next.querySelector(".hd-row-link").focus({ preventScroll: true });
            next.scrollIntoView({ block: "nearest" });
        }
    }
    const current = () => document.getElementById(here);
    const keys = window.desk.actions;
    keys.set("j", () => move(1));
    keys.set("k", () => move(-1));
    keys.set("o", () => { if (current()) { current().querySelector(".hd-row-link").click(); } });
    keys.set("x", () => {
        const box = current() && current().querySelector("input[name=_selected_action]");
        if (box) {
            box.checked = !box.checked;
            showSelection();
        }
    });
    keys.set("/", () => { document.querySelector("[data-hd-search]").focus(); });
    live.addEventListener("focusin", (event) => {
        const row = event.target.closest(".hd-row");
        if (row) {
            mark(row);
        }
    });
    if (location.hash === "#hd-search") {
        document.querySelector("[data-hd-search]").focus();
    }
    window.addEventListener("pageshow", showSelection);
})();
