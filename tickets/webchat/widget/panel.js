// The button in the corner and the window above it.
const ui = {};

const buildRoot = () => {
    const host = h("div", { id: "helpdesk-chat" });
    const root = host.attachShadow({ mode: "closed" });
    try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
    } catch {
        root.append(h("style", {}, STYLE));
    }
    ui.box = h("div", { class: "box", dir: look.direction, lang: look.language, "data-theme": settings.theme || look.theme, "data-position": settings.position || look.position });
    for (const [theme, accent] of Object.entries(look.accents)) {
        for (const [name, color] of Object.entries(accent)) {
            ui.box.style.setProperty(`--${theme}-${name}`, color);
        }
    }
    root.append(ui.box);
    ui.root = root;
    document.body.append(host);
};

const buildLauncher = (onToggle) => {
    ui.count = h("span", { class: "count", hidden: true });
    ui.launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": t("open"), onclick: onToggle, hidden: "hideLauncher" in settings && settings.hideLauncher !== false },
        icon("chat"), icon("down"), ui.count);
    ui.status = h("div", { class: "hidden", role: "status" });
    ui.box.append(ui.launcher, ui.status);
};

const buildPanel = (hands) => {
    list = h("ol", { class: "list" });
    ui.log = h("div", { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": t("messages") }, list);
    ui.older = h("button", { type: "button", class: "link older", hidden: true, onclick: hands.older }, t("older"));
    ui.welcome = h("div", { class: "welcome" }, h("p", { dir: "auto" }, look.greeting));
    ui.typing = h("div", { class: "typing", role: "status" });
    ui.extra = h("div", { class: "extra" });
    scroller = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": look.title }, ui.older, ui.welcome, ui.log, ui.typing, ui.extra);
    // Whoever reads further up is not pulled down by what comes in.
    scroller.addEventListener("scroll", () => { sticks = isAtEnd(); });
    ui.notice = h("p", { class: "notice", role: "alert", hidden: true });
    ui.hints = h("section", { class: "hints", "aria-label": t("hints"), hidden: true });
    ui.foot = h("div", { class: "foot" });
    ui.logo = h("div", { class: "logo", hidden: true });
    ui.menu = h("div", { class: "menu", hidden: true, id: "menu", role: "group", "aria-label": t("channels") });
    ui.more = iconButton("more", t("channels"), hands.menu, { "aria-expanded": "false", "aria-controls": "menu", hidden: true });
    ui.panel = h("div", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
        h("div", { class: "head" }, ui.logo,
            h("div", { class: "heading" }, h("h2", { id: "title" }, h("bdi", {}, look.title)), h("p", { class: look.is_open ? "opening here" : "opening" }, h("i", {}), openingText())),
            ui.more, iconButton("close", t("close"), () => hands.close())),
        ui.menu, scroller, ui.notice, ui.hints, ui.foot);
    ui.panel.addEventListener("keydown", (event) => onKey(event, hands));
    ui.box.prepend(ui.panel);
};

const focusable = () => [...ui.panel.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")]
    .filter((one) => !one.disabled && one.tabIndex >= 0 && one.getClientRects().length);

// Tab stays inside while the window is open; Escape closes the menu first, then the window.
const onKey = (event, hands) => {
    event.stopPropagation();
    if (event.key === "Escape") {
        event.preventDefault();
        if (ui.menu.hidden) {
            hands.close();
        } else {
            hands.menu();
        }
    } else if (event.key === "Tab") {
        const all = focusable();
        const edge = event.shiftKey ? all[0] : all[all.length - 1];
        if (ui.root.activeElement === edge) {
            event.preventDefault();
            (event.shiftKey ? all[all.length - 1] : all[0]).focus();
        }
    }
};

const notice = (text) => {
    ui.notice.textContent = text;
    ui.notice.hidden = !text;
};

// The keyboard of a phone makes the visible part smaller than the window.
const fitScreen = () => {
    const view = window.visualViewport;
    if (view) {
        ui.box.style.setProperty("--height", `${view.height}px`);
        ui.box.style.setProperty("--top", `${view.offsetTop}px`);
    }
};

const buildComposer = (hands) => {
    ui.text = h("textarea", { rows: 1, maxlength: 10000, "aria-label": t("message"), placeholder: t("write"), enterkeyhint: "send" });
    ui.chips = h("div", { class: "chips" });
    ui.pick = h("input", { type: "file", multiple: true, hidden: true, tabindex: -1 });
    ui.send = iconButton("send", t("send"), null, { type: "submit", class: "round send" });
    const form = h("form", { class: "composer" }, ui.chips,
        h("div", { class: "line" },
            look.takes_files && iconButton("clip", t("attach"), () => ui.pick.click()),
            ui.text, ui.send), ui.pick);
    // An empty field has no direction of its own: its placeholder follows the window's.
    const grow = () => { ui.text.dir = ui.text.value ? "auto" : look.direction; ui.text.style.height = "auto"; ui.text.style.height = `${Math.min(ui.text.scrollHeight, 120)}px`; };
    ui.text.addEventListener("input", () => { grow(); hands.typing(); });
    ui.text.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            form.requestSubmit();
        }
    });
    ui.pick.addEventListener("change", () => { hands.addFiles([...ui.pick.files]); ui.pick.value = ""; });
    ui.text.addEventListener("paste", (event) => {
        const files = [...event.clipboardData.files];
        if (files.length && look.takes_files) {
            event.preventDefault();
            hands.addFiles(files);
        }
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); hands.submit(); grow(); });
    return form;
};
