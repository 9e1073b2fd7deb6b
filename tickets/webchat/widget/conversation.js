// Sending, receiving, and what is told to the page.
let identity = null;
let visitor = null;
let position = "";
let files = [];
let isOpen = false;
let isLive = false;
let isDown = false;
let pollTimer = 0;
let fetching = null;
let typedAt = 0;
let typingTimer = 0;
let failures = 0;
let sending = Promise.resolve();
const listeners = new Map();
const emit = (name, detail) => (listeners.get(name) || []).forEach((listener) => { try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); } });

const here = () => ({ url: location.href.slice(0, 2000), title: document.title.replace(/^\(\d+\) /, "").slice(0, 300), referrer: document.referrer.slice(0, 2000) });
const claim = () => (identity && identity.hash ? { id: String(identity.id), expires_at: identity.expires_at, hash: identity.hash } : undefined);
const about = () => ({ language: navigator.language || "", time_zone: zone(), page: here() });

// The visitor's first act: only now is there a token, and something kept in this browser.
const begin = async (given = {}) => {
    if (kept().token) {
        return;
    }
    const words = { ...about(), ...given, name: given.name || (identity && identity.name) || "", email: given.email || (identity && identity.email) || "", identity: claim() };
    let answer;
    try {
        answer = await call("visitors", { method: "POST", json: words });
    } catch (error) {
        if (error.code !== "identity_refused") {
            throw error;
        }
        console.warn("Helpdesk chat: the identity was refused; the visitor stays unknown.");
        identity = { ...identity, hash: "" };
        answer = await call("visitors", { method: "POST", json: { ...words, identity: undefined } });
    }
    visitor = answer.visitor;
    keep({ token: answer.token, user: visitor.is_verified ? String(identity.id) : "" });
    emit("start", {});
};

const forget = () => {
    keep(null);
    visitor = null;
    position = "";
    messages.clear();
    render();
};

// A token that is known no more: this browser is a stranger again.
const caught = (error) => {
    if (error.status === 401) {
        forget();
        showStage();
    }
    return error;
};

const post = async (message) => {
    const json = { id: message.client_id, text: message.text, payload: message.payload, page: here(), is_offline_form: message.isOffline };
    if (!message.localFiles.length) {
        return call("messages", { method: "POST", json });
    }
    const form = new FormData();
    form.append("message", JSON.stringify(json));
    message.localFiles.forEach((file) => form.append("files", file, file.name));
    return call("messages", { method: "POST", form });
};

const reason = (error) => {
    const words = { 413: () => t("too_large", { limit: Math.floor(look.max_file_bytes / 1048576) }), 415: () => t("wrong_type"), 429: () => t("too_fast") };
    return error.status in words ? words[error.status]() : error.status ? error.message : t("offline");
};

const deliver = (message) => {
    sending = sending.then(async () => {
        Object.assign(message, { pending: 1, state: "", error: "" });
        render();
        try {
            await begin();
            const answer = await post(message);
            if (answer.message) {
                put(answer.message);
            } else {
                Object.assign(message, { pending: 0 });
            }
            notice("");
            emit("sent", { id: message.client_id });
            listen();
            fetchNew();
        } catch (error) {
            caught(error);
            Object.assign(message, { state: "failed", error: reason(error) });
            messages.set(message.client_id, message);
        }
        render();
        showStage();
    });
    return sending;
};

const say = (text, { payload = "", attached = [], isOffline = false } = {}) => {
    const message = {
        id: "", client_id: newId(), from: "visitor", name: "", text, payload, pending: 1, state: "", at: new Date().toISOString(), isOffline,
        localFiles: attached, files: attached.map((file) => ({ id: "", name: file.name, type: file.type, size: file.size })),
    };
    put(message);
    const stored = messages.get(message.client_id);
    const done = deliver(stored);
    render();
    toEnd();
    return done;
};

// Receiving -----------------------------------------------------------------------------------------------------------
const theirs = () => [...messages.values()].filter((message) => message.from !== "visitor");
const unread = () => theirs().filter((message) => message.state !== "read" && !message.seen);

const take = (answer) => {
    if (answer.position !== undefined) {
        position = answer.position;
    }
    const known = new Set(messages.keys());
    answer.messages.forEach(put);
    if (answer.has_older !== undefined && answer.is_reset) {
        ui.older.hidden = !answer.has_older;
    }
    const fresh = answer.messages.filter((message) => message.from !== "visitor" && !known.has(message.id));
    if (fresh.length) {
        showTyping("");
        fresh.forEach((message) => emit("message", { id: message.id, text: message.text, name: message.name, at: message.at }));
    }
    render();
    showStage();
    markRead();
    if (unread().length && fresh.length && (!isOpen || document.hidden)) {
        ui.status.textContent = t("new_message");
    }
};

const fetchNew = () => {
    if (!fetching && kept().token) {
        fetching = call(`messages${position ? `?after=${encodeURIComponent(position)}` : ""}`)
            .then((answer) => { failures = 0; isDown = false; take(answer); notice(""); })
            .catch((error) => {
                failures += 1;
                if (caught(error).status !== 401 && failures > 1 && isOpen) {
                    isDown = true;
                    notice(error.status === 429 ? t("too_fast") : t("offline"));
                }
            })
            .finally(() => { fetching = null; schedule(); });
    } else if (fetching) {
        fetching.then(() => setTimeout(fetchNew));
    }
    return fetching;
};

const schedule = () => {
    clearTimeout(pollTimer);
    if (kept().token) {
        const pace = document.hidden ? "hidden" : isLive ? "live" : isOpen ? "open" : "closed";
        pollTimer = setTimeout(fetchNew, Math.min(POLL_MS[pace] * 2 ** Math.min(failures, 4), 120000));
    }
};

let listening = false;
const listen = async () => {
    if (listening || !kept().token) {
        return;
    }
    listening = true;
    let pause = 2000;
    while (kept().token) {
        try {
            await readStream(position, (name, data) => {
                isLive = true;
                pause = 2000;
                if (name === "change") {
                    fetchNew();
                } else if (name === "typing") {
                    showTyping(data.name);
                }
                schedule();
            });
        } catch (error) {
            if (error.status === 401 || error.status === 404) {
                break;
            }
        }
        isLive = false;
        schedule();
        await new Promise((done) => { setTimeout(done, pause * (1 + Math.random() / 2)); });
        pause = Math.min(pause * 2, 120000);
    }
    isLive = listening = false;
};

const markRead = () => {
    if (!isOpen || document.hidden) {
        return;
    }
    const shown = unread();
    if (shown.length) {
        shown.forEach((message) => { message.seen = true; });
        call("read", { method: "POST", json: { messages: shown.slice(-100).map((message) => message.id) } }).catch(() => {});
        showCount();
    }
};

const showCount = () => {
    const count = unread().length;
    ui.count.textContent = count > 99 ? "99+" : String(count);
    ui.count.hidden = !count;
    ui.launcher.setAttribute("aria-label", isOpen ? t("close") : count ? `${t("open")}. ${t("unread", { count })}` : t("open"));
    const bare = document.title.replace(/^\(\d+\) /, "");
    const wanted = count && (!isOpen || document.hidden) ? `(${count}) ${bare}` : bare;
    if (document.title !== wanted) {
        document.title = wanted;
        emit("unread", { count });
    }
};

const showTyping = (name) => {
    clearTimeout(typingTimer);
    ui.typing.replaceChildren(...(name ? [h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span", { dir: "auto" }, t("typing", { name }))] : []));
    if (name) {
        typingTimer = setTimeout(() => showTyping(""), 6000);
    }
    if (sticks) {
        toEnd();
    }
};

const tellTyping = () => {
    if (kept().token && messages.size && ui.text.value.trim() && Date.now() - typedAt > 3000) {
        typedAt = Date.now();
        call("typing", { method: "POST", json: {} }).catch(() => {});
    }
};
