// The menu of macros: one whose answer is whole and stands alone is run at once; else its text is put into the box first.
"use strict";
(() => {
    const menu = () => document.getElementById("hd-macros");
    const slot = () => document.getElementById("ws-slot");
    const box = () => document.getElementById("hd-text-message");

    async function load() {
        const panel = menu().querySelector(".hd-macros");
        const conversation = document.querySelector("#hd-compose [name=conversation]");
        try {
            const answer = await window.desk.request(`${panel.dataset.url}?conversation=${conversation ? conversation.value : ""}`);
            panel.innerHTML = answer.text;
            const first = panel.querySelector("input, button, a");
            if (first && menu().open) {
                first.focus();
            }
        } catch (error) {
            window.desk.say(error.message);
        }
    }

    async function run(row, goesOn) {
        const chosen = { id: row.dataset.macro, name: row.dataset.name, words: row.dataset.words, reply: row.dataset.reply, goesOn };
        menu().open = false;
        if (!row.dataset.reply) {
            await runAlone(chosen);
            return;
        }
        const text = row.querySelector("template").content.textContent;
        const isPublic = document.getElementById("hd-composer").classList.contains("hd-composing-public");
        const isAlone = !box().value.trim();
        window.quickReplies.stage(chosen, text);
        // Whatever needs a look waits in the box: more words, an open place, a public answer, a limit.
        if (isAlone && !isPublic && !("long" in row.dataset) && !text.includes("{{")) {
            window.composer.send("");
        }
    }

    // Nothing is sent: the bar's own way of changing a ticket, which draws the bar anew.
    async function runAlone(chosen) {
        await window.composer.flush();
        const values = { macro: chosen.id, view: slot().dataset.view };
        if (chosen.goesOn) {
            values.next = "1";
        }
        window.htmx.ajax("POST", `${slot().dataset.base}do/macro/`, { target: "#hd-bar", swap: "outerHTML", values });
    }

    document.addEventListener("toggle", (event) => {
        if (event.target.id === "hd-macros" && event.target.open) {
            load();
        }
    }, true);
    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-hd-macro]");
        if (button) {
            run(button.closest(".hd-macro"), button.dataset.hdMacro === "next");
        }
    });
    window.desk.actions.set("m", () => {
        if (menu()) {
            menu().open = true;
        }
    });
})();
