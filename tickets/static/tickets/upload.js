// Handing in files: a list of what was chosen, dropping, and sending without losing it. Without this file the form works all the same.
"use strict";
(() => {
    const form = document.getElementById("hd-upload-form");
    const drop = document.getElementById("hd-upload-drop");
    const list = form.querySelector(".hd-upload-list");
    const error = document.getElementById("hd-upload-error");
    const send = form.querySelector(".hd-upload-send");
    const sendWords = send.textContent;
    let files = [];

    const size = (bytes) => new Intl.NumberFormat(document.documentElement.lang, {
        style: "unit", unit: bytes < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: bytes < 1e6 ? 0 : 1,
    }).format(bytes < 1e6 ? Math.max(1, bytes / 1e3) : bytes / 1e6);

    function row(file) {
        const item = document.createElement("li");
        const picture = document.createElement(file.type.startsWith("image/") ? "img" : "span");
        if (picture.tagName === "IMG") {
            picture.alt = "";
            picture.src = URL.createObjectURL(file);
            picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
            picture.addEventListener("error", () => {
                const blank = document.createElement("span");
                blank.className = "hd-upload-blank";
                picture.replaceWith(blank);
            });
        } else {
            picture.className = "hd-upload-blank";
        }
        const words = document.createElement("span");
        words.className = "hd-upload-name";
        const name = document.createElement("bdi");
        name.textContent = file.name;
        const weight = document.createElement("span");
        weight.className = "hd-upload-size";
        weight.textContent = size(file.size);
        words.append(name, weight);
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", `${form.dataset.remove} ${file.name}`);
        button.addEventListener("click", () => {
            files = files.filter((one) => one !== file);
            draw();
            (list.querySelector("button") || form.querySelector("input[type=file]")).focus();
        });
        item.append(picture, words, button);
        return item;
    }

    function draw() {
        list.replaceChildren(...files.map(row));
        document.getElementById("hd-upload-chosen").hidden = !files.length;
        error.textContent = "";
        if (files.length > Number(form.dataset.maxFiles)) {
            error.textContent = form.dataset.tooMany;
        } else if (files.reduce((sum, file) => sum + file.size, 0) > Number(form.dataset.maxBytes)) {
            error.textContent = form.dataset.tooLarge;
        }
    }

    function add(chosen) {
        const known = new Set(files.map((file) => `${file.name}|${file.size}|${file.lastModified}`));
        files = [...files, ...[...chosen].filter((file) => !known.has(`${file.name}|${file.size}|${file.lastModified}`))];
        draw();
    }

    for (const field of form.querySelectorAll("input[type=file]")) {
        // From now on the list holds the files; the fields only open the chooser.
        field.removeAttribute("name");
        field.addEventListener("change", () => {
            add(field.files);
            field.value = "";
        });
    }
    form.querySelector(".hd-upload-or").hidden = !matchMedia("(pointer: fine)").matches;
    document.addEventListener("dragover", (event) => {
        event.preventDefault();
        drop.classList.add("hd-over");
    });
    document.addEventListener("dragleave", (event) => {
        if (!event.relatedTarget) {
            drop.classList.remove("hd-over");
        }
    });
    document.addEventListener("drop", (event) => {
        event.preventDefault();
        drop.classList.remove("hd-over");
        add(event.dataTransfer.files);
    });

    function busy(isBusy) {
        send.setAttribute("aria-disabled", String(isBusy));
        send.textContent = isBusy ? form.dataset.sending : sendWords;
    }

    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (send.getAttribute("aria-disabled") === "true" || error.textContent && files.length) {
            return;
        }
        if (!files.length) {
            error.textContent = form.dataset.nothing;
            form.querySelector("input[type=file]").focus();
            return;
        }
        const body = new FormData(form);
        for (const file of files) {
            body.append("files", file);
        }
        busy(true);
        try {
            const answer = await fetch(form.action, { method: "POST", body, credentials: "omit" });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const refusal = page.getElementById("hd-upload-error");
            if (refusal) {
                error.textContent = refusal.textContent;
                busy(false);
                return;
            }
            document.title = page.title;
            document.getElementById("hd-upload").replaceWith(page.getElementById("hd-upload"));
            document.getElementById("hd-upload-title").focus();
        } catch {
            // Nothing is lost: the list stands, and the same form sent twice is one message.
            error.textContent = form.dataset.notReached;
            busy(false);
        }
    });
})();
