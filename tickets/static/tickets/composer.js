// The composer: what is typed stays until the server has it, whatever goes wrong.
"use strict";
window.composer = (() => {
    const DRAFT_MS = 1000;
    const MAX_TALL = 0.4;
    let files = [];
    let copies = [];
    let timer = 0;
    let unsaved = new Set();
    let saving = Promise.resolve();
    let isSending = false;

    const root = () => document.getElementById("hd-composer");
    const form = () => document.getElementById("hd-compose");
    const slot = () => document.getElementById("ws-slot");
    const area = (kind) => document.getElementById(`hd-text-${kind}`);
    const kind = () => (root().classList.contains("hd-composing-note") ? "note" : "message");
    const base = () => slot().dataset.base;
    const localKey = (which) => `hd-draft-${slot().dataset.ticket}-${which}`;

    function way() {
        const chooser = document.getElementById("hd-conversation");
        return chooser && (chooser.selectedOptions ? chooser.selectedOptions[0] : chooser);
    }

    // What went wrong stands at its field where the composer has a place for it, else above the buttons.
    function fail(text, field = "") {
        const isToldThere = window.composerLimits.tell(field, text);
        document.getElementById("hd-compose-error").textContent = isToldThere ? "" : text;
    }

    // Tabs ------------------------------------------------------------------------------------------------------------
    function show(which, { focus = true } = {}) {
        if (!root()) {
            return;
        }
        root().classList.toggle("hd-composing-note", which === "note");
        for (const tab of root().querySelectorAll("[role=tab]")) {
            const isOn = tab.dataset.kind === which;
            tab.setAttribute("aria-selected", String(isOn));
            tab.tabIndex = isOn ? 0 : -1;
        }
        document.getElementById("hd-compose-panel").setAttribute("aria-labelledby", `hd-tab-${which}`);
        for (const one of ["message", "note"]) {
            area(one).disabled = one !== which || "refused" in area(one).dataset;
        }
        fail("");
        grow(area(which));
        checkWay();
        if (focus && !area(which).disabled) {
            area(which).focus();
        }
    }

    function grow(field) {
        if (!CSS.supports("field-sizing", "content")) {
            field.rows = Math.min(Math.max(3, field.value.split("\n").length), Math.floor(innerHeight * MAX_TALL / 24));
        }
    }

    // To, cc ----------------------------------------------------------------------------------------------------------
    function token(text, onRemove) {
        const item = document.createElement("li");
        item.className = "hd-token";
        const words = document.createElement("bdi");
        words.textContent = text;
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", `${root().dataset.remove} ${text}`);
        button.addEventListener("click", onRemove);
        item.append(words, button);
        return item;
    }

    function drawCopies() {
        const list = document.getElementById("hd-copy-list");
        list.replaceChildren(...copies.map((address) => token(address, () => {
            copies = copies.filter((one) => one !== address);
            drawCopies();
        })));
    }

    function addCopy() {
        const field = document.getElementById("hd-copy");
        const address = field.value.trim().replace(/[,;]$/, "");
        if (!address) {
            return true;
        }
        if (!/^[^\s@]+@[^\s@]+$/.test(address)) {
            field.setAttribute("aria-invalid", "true");
            return false;
        }
        field.removeAttribute("aria-invalid");
        copies = [...new Set([...copies, address])];
        field.value = "";
        drawCopies();
        return true;
    }

    function chooseWay() {
        const chosen = way();
        if (!chosen) {
            return;
        }
        document.getElementById("hd-to").textContent = chosen.dataset.address;
        copies = (chosen.dataset.copies || "").split(",").filter(Boolean);
        root().querySelector(".hd-copies").hidden = !chosen.dataset.copy;
        drawCopies();
        window.composerLimits.choose(chosen);
        checkWay();
    }

    // What the chosen channel cannot carry is said before anybody sends.
    function checkWay() {
        const chosen = way();
        const attach = root().querySelector(".hd-attach");
        const isMessage = kind() === "message" && chosen;
        const cannotAttach = isMessage && !chosen.dataset.attach;
        attach.hidden = Boolean(cannotAttach);
        const faults = isMessage ? files.map(window.composerLimits.fileFault).filter(Boolean) : [];
        const text = cannotAttach && files.length ? root().dataset.noFiles : faults[0] || "";
        fail(text, "attachments");
        return !text;
    }

    // Files -----------------------------------------------------------------------------------------------------------
    function drawFiles() {
        document.getElementById("hd-chosen").replaceChildren(...files.map((file) => token(file.name, () => {
            files = files.filter((one) => one !== file);
            drawFiles();
        })));
        const size = files.reduce((sum, file) => sum + file.size, 0);
        const isFine = checkWay();
        if (size > Number(root().dataset.maxBytes)) {
            fail(root().dataset.tooLarge, "attachments");
            return false;
        }
        return isFine;
    }

    function addFiles(list) {
        files = [...files, ...list];
        drawFiles();
    }

    // Drafts ----------------------------------------------------------------------------------------------------------
    function state(text) {
        const field = document.getElementById("hd-draft-state");
        if (field) {
            field.textContent = text;
        }
    }

    async function saveDraft(which) {
        const text = area(which).value;
        const body = new FormData();
        body.set("kind", which);
        body.set("text", text);
        const key = localKey(which);
        try {
            const conversation = which === "message" ? window.composerLimits.describing() : "";
            if (conversation) {
                body.set("conversation", conversation);
            }
            const answer = await window.desk.request(`${base()}draft/`, { method: "POST", body });
            if (conversation) {
                window.composerLimits.describe(answer.text);
            }
            unsaved.delete(which);
            localStorage.removeItem(key);
            state(text.trim() ? root().dataset.saved : "");
        } catch {
            localStorage.setItem(key, text);
            state(root().dataset.unsaved);
        }
    }

    async function flush() {
        clearTimeout(timer);
        if (!root() || isSending) {
            return;
        }
        saving = Promise.all([...unsaved].map(saveDraft));
        await saving;
    }

    function typed(field) {
        unsaved.add(field.dataset.kind);
        state("");
        clearTimeout(timer);
        timer = setTimeout(flush, DRAFT_MS);
        grow(field);
    }

    function restoreLocal() {
        for (const which of ["message", "note"]) {
            const kept = localStorage.getItem(localKey(which));
            if (kept && !area(which).value) {
                area(which).value = kept;
                unsaved.add(which);
            }
        }
        if (unsaved.size) {
            flush();
        }
    }

    // Sending ---------------------------------------------------------------------------------------------------------
    function envelope(then) {
        const body = new FormData();
        const chosen = form().querySelector("[name=conversation]");
        body.set("kind", kind());
        body.set("text", area(kind()).value);
        body.set("seen", slot().dataset.sequence);
        body.set("then", then);
        if (kind() === "message" && chosen) {
            body.set("conversation", chosen.value);
            copies.forEach((address) => body.append("cc", address));
            window.composerLimits.fill(body);
            window.quickReplies.fill(body);
        }
        files.forEach((file) => body.append("files", file, file.name));
        return body;
    }

    async function send(then) {
        if (isSending || !addCopy() || !drawFiles()) {
            return;
        }
        const which = kind();
        const fault = which === "message" ? window.composerLimits.fault(area(which).value) : null;
        if (fault) {
            fail(fault.text, fault.field);
            return;
        }
        const ticket = slot().dataset.ticket;
        isSending = true;
        clearTimeout(timer);
        root().setAttribute("aria-busy", "true");
        state(root().dataset.sending);
        fail("");
        try {
            // A draft on its way must not arrive after the message and stay behind.
            await saving;
            const answer = await window.desk.request(`${base()}reply/`, { method: "POST", body: envelope(then) });
            sent(which);
            if (answer.text) {
                location.assign(JSON.parse(answer.text).next);
            }
        } catch (error) {
            await refused(error);
        } finally {
            isSending = false;
            if (root() && slot().dataset.ticket === ticket) {
                root().removeAttribute("aria-busy");
                if (unsaved.size) {
                    timer = setTimeout(flush, DRAFT_MS);
                }
            }
        }
    }

    function sent(which) {
        if (which === "message" && window.composerLimits.isTemplate()) {
            // The template went; what was typed beside it stays for later.
            unsaved.add(which);
            window.composerLimits.reset();
            document.body.dispatchEvent(new CustomEvent("newmsg", { detail: { own: true } }));
            state("");
            return;
        }
        area(which).value = "";
        if (which === "message") {
            window.quickReplies.reset();
        }
        window.composerLimits.reset();
        files = [];
        unsaved.delete(which);
        localStorage.removeItem(localKey(which));
        drawFiles();
        grow(area(which));
        state("");
        area(which).focus();
        document.body.dispatchEvent(new CustomEvent("newmsg", { detail: { own: true } }));
    }

    async function refused(error) {
        unsaved.add(kind());
        state("");
        if (error.code === "unseen_messages") {
            await window.workspace.poll({ isForced: true });
            fail(root().dataset.unseen);
        } else {
            fail(error.message, Object.keys(error.fields)[0] || "");
        }
        area(kind()).focus();
    }

    function takeBack(text) {
        const field = area("message");
        if (!field.value.trim()) {
            field.value = text;
            show("message");
        }
    }

    // Wiring: one set of listeners on the page, since the composer itself is swapped with its ticket.
    const inComposer = (event) => root() && root().contains(event.target);
    document.addEventListener("click", (event) => {
        const tab = inComposer(event) && event.target.closest("[role=tab]");
        if (tab) {
            show(tab.dataset.kind);
        }
    });
    document.addEventListener("input", (event) => {
        if (inComposer(event) && event.target.matches("textarea")) {
            typed(event.target);
        }
    });
    document.addEventListener("change", (event) => {
        if (event.target.id === "hd-conversation") {
            chooseWay();
        } else if (event.target.id === "hd-files") {
            addFiles(event.target.files);
            event.target.value = "";
        }
    });
    document.addEventListener("submit", (event) => {
        if (event.target.id === "hd-compose") {
            event.preventDefault();
            send(event.submitter ? event.submitter.value : "");
        }
    });
    document.addEventListener("keydown", (event) => {
        if (!inComposer(event)) {
            return;
        }
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send("");
        } else if (event.key === "Escape" && event.target.matches("textarea") && !event.isComposing) {
            event.target.blur();
        } else if (event.target.id === "hd-copy" && ["Enter", ",", ";"].includes(event.key)) {
            event.preventDefault();
            addCopy();
        } else if (event.target.matches("[role=tab]") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
            show(kind() === "note" ? "message" : "note", { focus: false });
            root().querySelector("[role=tab][aria-selected=true]").focus();
        }
    });
    document.addEventListener("focusout", (event) => {
        if (event.target.id === "hd-copy") {
            addCopy();
        }
    });
    document.addEventListener("paste", (event) => {
        if (inComposer(event) && event.clipboardData.files.length) {
            event.preventDefault();
            addFiles(event.clipboardData.files);
        }
    });
    document.addEventListener("dragover", (event) => {
        if (root() && event.dataTransfer.types.includes("Files")) {
            event.preventDefault();
            root().classList.add("hd-dropping");
        }
    });
    document.addEventListener("dragleave", (event) => {
        if (root() && !event.relatedTarget) {
            root().classList.remove("hd-dropping");
        }
    });
    document.addEventListener("drop", (event) => {
        if (root() && event.dataTransfer.files.length) {
            event.preventDefault();
            root().classList.remove("hd-dropping");
            addFiles(event.dataTransfer.files);
        }
    });
    window.addEventListener("beforeunload", (event) => {
        if (root() && (unsaved.size || files.length)) {
            flush();
            event.preventDefault();
        }
    });

    function start() {
        files = [];
        copies = [];
        unsaved = new Set();
        if (root()) {
            window.quickReplies.reset();
            chooseWay();
            restoreLocal();
            grow(area(kind()));
        }
    }

    return { start, show, flush, takeBack, send, fail };
})();
