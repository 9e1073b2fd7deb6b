// Conversations that are live: says that an agent writes, shows that the visitor does, and fetches his words at once.
"use strict";
(() => {
    const LOOK_MS = 2500;
    const TELL_MS = 3000;
    let toldAt = 0;
    const place = () => document.querySelector("[data-hd-live]");
    const slot = () => document.getElementById("ws-slot");

    function line() {
        const known = document.getElementById("hd-typing");
        if (known || !document.getElementById("hd-composer")) {
            return known;
        }
        const made = document.createElement("p");
        made.id = "hd-typing";
        made.className = "hd-typing";
        made.hidden = true;
        made.setAttribute("role", "status");
        document.getElementById("hd-composer").before(made);
        return made;
    }

    function show(told, words) {
        const shown = line();
        if (shown && shown.hidden === told.is_typing) {
            const dots = [1, 2, 3].map(() => document.createElement("i"));
            shown.replaceChildren(...(told.is_typing ? [...dots, words.typing] : []));
            shown.hidden = !told.is_typing;
        }
        const at = place();
        if (at) {
            at.querySelector(".hd-presence-dot").classList.toggle("hd-is-here", told.is_here);
            at.querySelector(".hd-presence-word").textContent = told.is_here ? words.here : words.away;
        }
    }

    async function look() {
        const at = place();
        if (at && slot() && !document.hidden) {
            try {
                const answer = await window.desk.request(at.dataset.hdLive);
                const told = JSON.parse(answer.text);
                if (at === place()) {
                    show(told, at.dataset);
                    if (told.sequence > Number(slot().dataset.sequence)) {
                        window.workspace.poll({ isForced: true });
                    }
                }
            } catch {
                // The poll of the page says what is wrong; this one only makes it quicker.
            }
        }
        setTimeout(look, LOOK_MS);
    }

    document.addEventListener("input", (event) => {
        const at = place();
        if (event.target.id !== "hd-text-message" || !at || !event.target.value.trim() || Date.now() - toldAt < TELL_MS) {
            return;
        }
        toldAt = Date.now();
        window.desk.request(at.dataset.hdLive, { method: "POST" }).catch(() => {});
    });
    setTimeout(look, LOOK_MS);
})();
