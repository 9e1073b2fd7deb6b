// Writing first: channels that take templates only show them instead of the message.
"use strict";
(() => {
    const panel = document.getElementById("hd-new-template");
    const channel = document.getElementById("id_channel");
    const text = document.getElementById("id_text");
    if (!panel || !channel || !text) {
        return;
    }

    let drawn = null;

    function draw() {
        // Chosen once more, the same channel must not take away what has been filled in meanwhile.
        if (channel.value === drawn) {
            return;
        }
        drawn = channel.value;
        const needsTemplate = panel.dataset.channels.split(",").includes(channel.value);
        panel.hidden = !needsTemplate;
        text.closest(".hd-field").hidden = needsTemplate;
        document.getElementById("hd-new-template-fields").replaceChildren();
        if (needsTemplate) {
            window.htmx.ajax("GET", `${panel.dataset.url}?channel=${channel.value}`, "#hd-new-template-fields");
        }
    }

    channel.addEventListener("change", draw);
    draw();
})();
