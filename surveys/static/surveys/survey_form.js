// The form of a survey: what customers will see follows what is typed, without saving. Everything works without it, too.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
    const live = document.querySelector(".hd-live");
    const form = document.getElementById("survey_form");
    if (!live || !form) {
        return;
    }
    const frame = live.querySelector("iframe");
    const shown = { kind: "mail", language: "en", width: "phone" };
    let timer = 0;

    function address() {
        const query = new URLSearchParams();
        for (const [name, value] of new FormData(form)) {
            const words = name.match(/_words_(\w+)$|^(?:question|thanks)_(\w+)$/);
            const isWanted = /^(scale|question|thanks|further_)/.test(name) && (!words || (words[1] || words[2]) === shown.language);
            if (isWanted && typeof value === "string" && value) {
                query.set(name, value);
            }
        }
        return `${live.dataset.path.replace("/xx/", `/${shown.language}/`)}${shown.kind}/?${query}`;
    }

    // Replaced, not followed: the way back leads out of the form and not through every letter.
    const show = () => frame.contentWindow.location.replace(new URL(address(), location.href).href);

    function later() {
        clearTimeout(timer);
        timer = setTimeout(show, 350);
    }

    // The usual range of a scale, for questions that still have that of another.
    function fitScores() {
        const chosen = form.querySelector("[name=scale]:checked");
        if (!chosen) {
            return;
        }
        const [lowest, highest, low] = chosen.dataset.scores.split(",").map(Number);
        for (const [end, value] of [["from", lowest], ["to", low]]) {
            form.querySelectorAll(`[name^=further_][name$=_${end}]`).forEach((field) => {
                if (field.value === "" || Number(field.value) > highest || Number(field.value) < lowest || !field.dataset.touched) {
                    field.value = value;
                }
            });
        }
    }

    form.addEventListener("input", (event) => {
        if (/^further_\d_(from|to)$/.test(event.target.name)) {
            event.target.dataset.touched = "1";
        }
        later();
    });
    form.addEventListener("change", (event) => {
        if (event.target.name === "scale") {
            fitScores();
            later();
        }
    });
    live.addEventListener("click", (event) => {
        const button = event.target.closest("[data-kind]");
        if (button) {
            shown.kind = button.dataset.kind;
            live.querySelectorAll("[data-kind]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
            show();
        }
    });
    live.addEventListener("change", (event) => {
        shown[event.target.dataset.live] = event.target.value;
        live.querySelector(".hd-live-frame").classList.toggle("hd-live-desk", shown.width === "desk");
        show();
    });
});
