// What the chosen channel can carry: length, files, buttons, templates, and how long one may write freely. Said before sending.
"use strict";
window.composerLimits = (() => {
    const TICK_MS = 30_000;
    const SHOW_COUNT_FROM = 0.75;
    let way = null;
    let description = "";

    const root = () => document.getElementById("hd-composer");
    // The page brings the parts that a way of this ticket has a use for; the others are not there.
    const byId = (id) => document.getElementById(id);
    function setHidden(id, isHidden) {
        const part = byId(id);
        if (part) {
            part.hidden = isHidden;
        }
    }
    const words = (name, values = {}) => Object.entries(values).reduce(
        (text, [key, value]) => text.replace(`%(${key})s`, value), root().dataset[name] || "");

    // Length ----------------------------------------------------------------------------------------------------------
    function measure(text) {
        if (way.dataset.unit === "bytes") {
            return new TextEncoder().encode(text).length;
        }
        if (way.dataset.unit === "weighted") {
            return weigh(text);
        }
        return way.dataset.unit === "utf16" ? text.length : [...text].length;
    }

    // As networks for short posts count: a link 23, an emoji two, letters of most scripts one, all others two. The server's word counts.
    function weigh(text) {
        let length = 0;
        const words = text.normalize("NFC")
            .replace(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}']/gi, () => { length += 23; return ""; })
            .replace(/(?![\u00a9\u00ae])\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]*(?:\u200d\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]*)*/gu,
                () => { length += 2; return ""; });
        for (const char of words) {
            const code = char.codePointAt(0);
            const isSingle = code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223)
                || (code >= 8242 && code <= 8247);
            length += isSingle ? 1 : 2;
        }
        return length;
    }

    function mostText() {
        const limits = [way.dataset.mostText, choiceRows().length ? way.dataset.choiceText : ""].filter(Boolean);
        return limits.length ? Math.min(...limits.map(Number)) : 0;
    }

    function count() {
        const field = byId("hd-count");
        if (!field || !way) {
            return;
        }
        const most = mostText();
        const length = most ? measure(byId("hd-text-message").value) : 0;
        const isNear = most && length >= most * SHOW_COUNT_FROM;
        field.hidden = !isNear && !description;
        const counted = isNear ? `${length.toLocaleString()} / ${most.toLocaleString()}` : "";
        field.textContent = [description, counted].filter(Boolean).join(" · ");
        field.classList.toggle("hd-count-over", most > 0 && length > most);
    }

    // What the channel says of the text: how many messages it is billed as. Asked with the draft, so that it costs no call of its own.
    const describing = () => (way && way.dataset.describes ? document.querySelector("#hd-compose [name=conversation]").value : "");

    function describe(text) {
        description = text;
        count();
    }

    function textFault(text) {
        const most = way ? mostText() : 0;
        const length = most ? measure(text) : 0;
        return most && length > most ? words("textLong", { given: length, limit: most }) : "";
    }

    // Files -----------------------------------------------------------------------------------------------------------
    function fileFault(file) {
        if (!way || !way.dataset.files) {
            return "";
        }
        const limits = Object.entries(JSON.parse(way.dataset.files));
        const fitting = limits.filter(([start]) => (file.type || "application/octet-stream").startsWith(start));
        if (!fitting.length) {
            return words("fileRefused", { name: file.name });
        }
        const [, most] = fitting.reduce((best, one) => (one[0].length > best[0].length ? one : best));
        return file.size > most ? words("fileLarge", { name: file.name, most: Math.round(most / 104857.6) / 10 }) : "";
    }

    // The free time ---------------------------------------------------------------------------------------------------
    function windowState() {
        const ends = Date.parse(way.dataset.windowEnds || "");
        return way.dataset.window !== "closed" && ends && ends <= Date.now() ? "closed" : way.dataset.window;
    }

    function closedWord() {
        const word = way.dataset.unopened ? "notYet" : "closed";
        return way.dataset.templates ? `${word}Template` : word;
    }

    function drawWindow() {
        const line = byId("hd-window");
        if (!line || !way) {
            return;
        }
        const state = windowState();
        const ends = Date.parse(way.dataset.windowEnds || "");
        const minutes = Math.max(1, Math.ceil((ends - Date.now()) / 60_000));
        let text = "";
        if (state === "closed") {
            text = words(closedWord());
        } else if (state === "extended") {
            text = words("extended");
        } else if (ends) {
            const hours = Math.floor(minutes / 60);
            text = hours ? words("hoursLeft", { hours }) : words("minutesLeft", { minutes });
        }
        line.hidden = !text;
        line.classList.toggle("hd-window-closed", state === "closed");
        if (line.lastElementChild.textContent !== text) {
            line.lastElementChild.textContent = text;
        }
        if (state === "closed" && way.dataset.templates && byId("hd-template").hidden) {
            openTemplate(true);
        }
    }

    // Buttons ---------------------------------------------------------------------------------------------------------
    const choiceRows = () => (byId("hd-choices") && !byId("hd-choices").hidden ? [...byId("hd-choice-list").children] : []);

    function addChoice() {
        const list = byId("hd-choice-list");
        if (list.children.length >= Number(way.dataset.choices)) {
            return;
        }
        list.append(byId("hd-choice-row").content.cloneNode(true));
        const row = list.lastElementChild;
        row.querySelector("[name=choice]").maxLength = Number(way.dataset.choiceTitle);
        row.querySelector("[name=choice]").focus();
        drawChoices();
    }

    function drawChoices() {
        byId("hd-choice-add").disabled = byId("hd-choice-list").children.length >= Number(way.dataset.choices);
        count();
    }

    function openChoices(isOpen) {
        if (!byId("hd-choices")) {
            return;
        }
        byId("hd-choices").hidden = !isOpen;
        byId("hd-choices-open").setAttribute("aria-expanded", String(isOpen));
        if (!isOpen) {
            byId("hd-choice-list").replaceChildren();
        } else if (!byId("hd-choice-list").children.length) {
            addChoice();
        }
        drawChoices();
    }

    // Templates -------------------------------------------------------------------------------------------------------
    function openTemplate(isOpen) {
        // A template is a whole message: buttons of our own cannot stand under it.
        setHidden("hd-choices-open", isOpen || !Number(way.dataset.choices));
        const panel = byId("hd-template");
        if (panel) {
            panel.hidden = !isOpen;
            byId("hd-template-open").setAttribute("aria-expanded", String(isOpen));
            byId("hd-template-fields").replaceChildren();
        }
        if (isOpen) {
            openChoices(false);
            const conversation = document.querySelector("#hd-compose [name=conversation]").value;
            window.htmx.ajax("GET", `${panel.dataset.url}?conversation=${conversation}`, "#hd-template-fields");
        }
        drawSend();
    }

    const isTemplate = () => Boolean(byId("hd-template")) && !byId("hd-template").hidden;

    function drawSend() {
        const word = byId("hd-send-word");
        word.textContent = isTemplate() ? word.dataset.template : way.dataset.public ? word.dataset.public : word.dataset.plain;
    }

    // Together --------------------------------------------------------------------------------------------------------
    function choose(chosen) {
        way = chosen;
        description = "";
        setHidden("hd-public", !way.dataset.public);
        root().classList.toggle("hd-composing-public", Boolean(way.dataset.public));
        setHidden("hd-template-open", !way.dataset.templates);
        openChoices(false);
        openTemplate(false);
        drawWindow();
        count();
    }

    // Why nothing can be sent as it stands: {field, text}, or null.
    function fault(text) {
        if (!way) {
            return null;
        }
        if (isTemplate()) {
            return byId("hd-template").querySelector("[name=template]") ? null : { field: "template", text: words("noTemplate") };
        }
        if (windowState() === "closed") {
            return { field: "", text: words(way.dataset.unopened ? "notYet" : "closed") };
        }
        const long = textFault(text);
        return long ? { field: "text", text: long } : null;
    }

    function fill(body) {
        if (!way) {
            return;
        }
        if (way.dataset.public) {
            body.set("visibility", "public");
        }
        for (const input of isTemplate() ? byId("hd-template").querySelectorAll("input[name]") : []) {
            body.set(input.name, input.value);
        }
        for (const row of isTemplate() ? [] : choiceRows()) {
            body.append("choice", row.querySelector("[name=choice]").value);
            body.append("choice_description", row.querySelector("[name=choice_description]").value);
        }
    }

    function tell(field, text) {
        for (const place of root().querySelectorAll("[data-error-for]")) {
            place.textContent = place.dataset.errorFor === field ? text : "";
        }
        byId("hd-text-message").setAttribute("aria-invalid", String(field === "text" && Boolean(text)));
        return [...root().querySelectorAll("[data-error-for]")].some((place) => place.dataset.errorFor === field);
    }

    function reset() {
        description = "";
        if (byId("hd-conversation")) {
            openChoices(false);
            openTemplate(false);
            drawWindow();
        }
        count();
    }

    document.addEventListener("click", (event) => {
        const button = root() && root().contains(event.target) ? event.target.closest("button") : null;
        if (!button) {
            return;
        }
        if (button.id === "hd-choices-open") {
            openChoices(byId("hd-choices").hidden);
        } else if (button.id === "hd-template-open") {
            openTemplate(byId("hd-template").hidden);
        } else if (button.id === "hd-choice-add") {
            addChoice();
        } else if ("hdChoiceRemove" in button.dataset) {
            button.closest("li").remove();
            drawChoices();
        }
    });
    document.addEventListener("input", (event) => {
        if (event.target.id === "hd-text-message") {
            count();
            tell("", "");
        }
    });
    document.addEventListener("htmx:afterSwap", (event) => {
        const isPreview = event.target.matches("[data-hd-preview]");
        const panel = root() && byId("hd-template");
        // The empty panel that comes in answers nothing: what was said stays until a template is chosen.
        if (panel && !isPreview && panel.contains(event.target) && panel.querySelector("[name=template]")) {
            tell("", "");
        }
    });
    setInterval(() => root() && drawWindow(), TICK_MS);

    return { choose, describe, describing, fault, fileFault, fill, isTemplate, reset, tell };
})();
