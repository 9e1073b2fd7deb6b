// What a colleague would point at in the answer that is being written. It points, and never stands in the way.
"use strict";
(() => {
    const WAIT_MS = 1500;
    const LEAST = 20;
    let timer = 0;
    let asked = 0;

    const list = () => document.getElementById("hd-tone");
    const clear = () => { if (list()) { list().replaceChildren(); } };

    async function look(field) {
        const mine = asked += 1;
        const body = new FormData();
        body.set("text", field.value);
        let text = "";
        try {
            text = (await window.desk.request(list().dataset.url, { method: "POST", body })).text;
        } catch {
            return;
        }
        if (mine === asked && list() && field.isConnected && field.value.trim()) {
            const found = new DOMParser().parseFromString(text, "text/html");
            list().replaceChildren(...found.querySelectorAll("li"));
        }
    }

    document.addEventListener("input", (event) => {
        if (event.target.id !== "hd-text-message" || !list()) {
            return;
        }
        clearTimeout(timer);
        if (event.target.value.trim().length < LEAST) {
            asked += 1;
            clear();
            return;
        }
        timer = setTimeout(() => look(event.target), WAIT_MS);
    });
    document.body.addEventListener("newmsg", () => {
        clearTimeout(timer);
        asked += 1;
        clear();
    });
})();
