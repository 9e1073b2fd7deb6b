// Putting it together, and the object that a page may use.
let composer = null;
let stage = "";
const hands = {
    again: (message) => deliver(message),
    choose: (choice) => say(choice.title, { payload: choice.payload }),
    close: () => close(),
    typing: () => { tellTyping(); suggest(ui.text.value); },
    older: async () => {
        const first = inOrder().find((message) => message.id);
        const height = scroller.scrollHeight;
        ui.log.setAttribute("aria-live", "off");
        try {
            const answer = await call(`messages?before=${first.id}`);
            answer.messages.forEach((message) => put({ ...message, seen: true }));
            ui.older.hidden = !answer.has_older;
            render();
            scroller.scrollTop += scroller.scrollHeight - height;
        } catch (error) {
            notice(reason(caught(error)));
        }
        setTimeout(() => ui.log.setAttribute("aria-live", "polite"), 300);
    },
    menu: () => {
        ui.menu.hidden = !ui.menu.hidden;
        ui.more.setAttribute("aria-expanded", String(!ui.menu.hidden));
        (ui.menu.hidden ? ui.more : ui.menu.querySelector("a")).focus();
    },
    addFiles: (chosen) => {
        notice("");
        for (const file of chosen) {
            if (file.size > look.max_file_bytes) {
                notice(t("too_large", { limit: Math.floor(look.max_file_bytes / 1048576) }));
            } else if (files.length < 3) {
                files.push(file);
            }
        }
        showFiles();
    },
    submit: () => {
        const text = ui.text.value.trim();
        if (text || files.length) {
            ui.text.value = "";
            say(text, { attached: files });
            files = [];
            showFiles();
        }
        ui.text.focus();
    },
};

const showFiles = () => {
    ui.chips.replaceChildren(...files.map((file) => h("span", { class: "chip" }, h("bdi", {}, file.name),
        iconButton("close", t("drop", { name: file.name }), () => { files = files.filter((one) => one !== file); showFiles(); ui.text.focus(); }))));
};

function render() {
    draw(hands);
    showCount();
}

// Which of the three stands at the bottom: the first form, the composer, or after an offline message both words and composer.
function showStage() {
    const wanted = !kept().token && !messages.size && isAsked() ? "first" : "composer";
    ui.welcome.hidden = messages.size > 0;
    if (messages.size) {
        hideArticles();
    }
    if (stage !== wanted) {
        stage = wanted;
        if (wanted === "first") {
            ui.extra.replaceChildren(firstForm(suggest, async (given, text, isOffline) => {
                await begin(given);
                say(text, { isOffline });
                showStage();
                ui.text.focus();
            }));
            ui.foot.replaceChildren();
        } else {
            composer = composer || buildComposer(hands);
            ui.foot.replaceChildren(composer);
            ui.extra.replaceChildren();
        }
    }
    if (wanted === "composer") {
        showMailCard();
    }
}

const showMailCard = () => {
    const isWanted = look.goes_on_by_mail && visitor && messages.size && !theirs().length;
    const key = !isWanted ? "" : visitor.email ? `known ${visitor.email}` : "ask";
    if (ui.extra.dataset.card === key) {
        return;
    }
    ui.extra.dataset.card = key;
    if (!key) {
        ui.extra.replaceChildren();
    } else if (visitor.email) {
        ui.extra.replaceChildren(h("p", { class: "kept", role: "status" }, t(look.has_offline_form ? "offline_thanks" : "email_saved", { email: visitor.email })));
    } else {
        ui.extra.replaceChildren(mailCard(async (email) => {
            visitor = (await call("me", { method: "POST", json: { ...about(), email } })).visitor;
            showMailCard();
            ui.text.focus();
        }));
    }
    toEnd();
};

function open() {
    if (isOpen) {
        return;
    }
    isOpen = true;
    fitScreen();
    ui.panel.hidden = false;
    ui.box.toggleAttribute("data-open", true);
    ui.launcher.setAttribute("aria-expanded", "true");
    showStage();
    render();
    toEnd();
    (ui.panel.querySelector("form input:not([hidden]), form textarea") || ui.panel.querySelector("button")).focus();
    markRead();
    showMenu();
    fetchNew();
    emit("open", {});
}

function close() {
    if (!isOpen) {
        return;
    }
    isOpen = false;
    ui.panel.hidden = true;
    ui.box.toggleAttribute("data-open", false);
    ui.launcher.setAttribute("aria-expanded", "false");
    showCount();
    ui.launcher.focus();
    emit("close", {});
}

let hasMenu = false;
const showMenu = async () => {
    if (hasMenu) {
        return;
    }
    hasMenu = true;
    const { channels } = await call("channels").catch(() => ({ channels: [] }));
    ui.more.hidden = !channels.length;
    ui.menu.replaceChildren(...channels.map((one) => h("a", { href: one.link, target: "_blank", rel: "noopener noreferrer" }, h("strong", {}, one.label), h("bdi", {}, one.name))));
    roving(ui.menu);
};

// A signed identity makes this browser that person; another person's token is dropped, nobody reads on in his name.
const identify = async (given) => {
    identity = given && given.id ? { ...given } : null;
    const { token, user } = kept();
    if (!token || !identity || user === String(identity.id)) {
        return;
    }
    if (user) {
        forget();
        showStage();
    } else if (identity.hash) {
        try {
            visitor = (await call("me", { method: "POST", json: { ...about(), name: identity.name || "", email: identity.email || "", identity: claim() } })).visitor;
            keep({ token, user: String(identity.id) });
            position = "";
            messages.clear();
            fetchNew();
        } catch (error) {
            console.warn(`Helpdesk chat: ${caught(error).message}`);
        }
    }
};

const reset = async () => {
    if (kept().token) {
        await call("me", { method: "DELETE" }).catch(() => {});
    }
    identity = null;
    forget();
    stage = "";
    ui.extra.dataset.card = "-";
    showStage();
};

const boot = async () => {
    look = await call(`look?lang=${encodeURIComponent(wantedLanguages().join(","))}`);
    buildRoot();
    buildLauncher(() => (isOpen ? close() : open()));
    buildPanel(hands);
    showStage();
    if (look.has_logo) {
        blob("logo").then((image) => { ui.logo.append(h("img", { alt: "", src: URL.createObjectURL(image) })); ui.logo.hidden = false; }, () => {});
    }
    ui.panel.addEventListener("dragover", (event) => event.preventDefault());
    ui.panel.addEventListener("drop", (event) => {
        event.preventDefault();
        if (look.takes_files && stage === "composer") {
            hands.addFiles([...event.dataTransfer.files]);
        }
    });
    document.addEventListener("visibilitychange", () => { showCount(); if (!document.hidden) { markRead(); fetchNew(); } });
    if (window.visualViewport) {
        window.visualViewport.addEventListener("resize", fitScreen);
        window.visualViewport.addEventListener("scroll", fitScreen);
    }
    await identify(settings.identity);
    if (kept().token) {
        call("me").then((answer) => { visitor = answer.visitor; showStage(); }, caught);
        await fetchNew();
        listen();
    }
    window.HelpdeskChat = Object.freeze({
        open, close, reset, identify,
        get isOpen() { return isOpen; },
        on: (name, listener) => { listeners.set(name, [...(listeners.get(name) || []), listener]); },
        off: (name, listener) => { listeners.set(name, (listeners.get(name) || []).filter((one) => one !== listener)); },
    });
    window.dispatchEvent(new CustomEvent("helpdeskchat:ready"));
};

if (!window.HelpdeskChat) {
    const run = () => boot().catch((error) => console.warn(`Helpdesk chat: ${error.message}`));
    if (document.body) {
        run();
    } else {
        document.addEventListener("DOMContentLoaded", run);
    }
}
