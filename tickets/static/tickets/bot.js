// Help of the language model on a ticket: a draft goes into the composer, a summary stands beside the talk. Nothing is sent.
(() => {
    "use strict";
    document.addEventListener("click", async (event) => {
        const button = event.target.closest("[data-ai]");
        if (!button || button.disabled) return;
        const said = document.getElementById("hd-ai-said");
        button.disabled = true;
        said.textContent = "…";
        try {
            const answer = await window.desk.request(button.dataset.ai, { method: "POST" });
            const { text } = JSON.parse(answer.text);
            said.textContent = button.dataset.into === "here" ? text : "";
            if (button.dataset.into === "composer") put(text);
        } catch (error) {
            said.textContent = error.message || "";
        } finally {
            button.disabled = false;
        }
    });

    // What the agent has typed stays: the draft goes below it.
    function put(text) {
        const box = document.getElementById("hd-text-message");
        if (!box || box.disabled) return;
        box.value = box.value.trim() ? `${box.value.trimEnd()}\n\n${text}` : text;
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.focus();
    }
})();
