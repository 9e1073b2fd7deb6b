// The visitor API: no cookies, the token in a header, and nothing kept before the visitor's first act.
const SCRIPT = document.currentScript;
const BASE = SCRIPT.src.replace(/\.js([?#].*)?$/, "");
const KEY = `helpdesk-chat:${BASE.split("/").pop()}`;
const POLL_MS = { open: 3000, closed: 12000, hidden: 30000, live: 60000 };
const SILENCE_MS = 50000;

let memory = null;
const kept = () => {
    try {
        return JSON.parse(localStorage.getItem(KEY)) || memory || {};
    } catch {
        return memory || {};
    }
};
const keep = (value) => {
    memory = value;
    try {
        if (value) {
            localStorage.setItem(KEY, JSON.stringify(value));
        } else {
            localStorage.removeItem(KEY);
        }
    } catch {
        // Storage is switched off: the chat lasts as long as the page.
    }
};

class Refused extends Error {
    constructor(status, body, wait) {
        super(body.message || String(status));
        Object.assign(this, { status, code: body.code || "", fields: body.fields || {}, wait });
    }
}

const headers = (more) => {
    const token = kept().token;
    return token ? { Authorization: `Bearer ${token}`, ...more } : { ...more };
};

const call = async (path, { method = "GET", json, form } = {}) => {
    const options = { method, credentials: "omit", headers: headers(json ? { "Content-Type": "application/json" } : {}) };
    options.body = json ? JSON.stringify(json) : form;
    const answer = await fetch(`${BASE}/${path}`, options);
    const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (!answer.ok) {
        throw new Refused(answer.status, body, Number(answer.headers.get("retry-after")) || 0);
    }
    return body;
};

const blob = async (path) => {
    const answer = await fetch(`${BASE}/${path}`, { credentials: "omit", headers: headers() });
    if (!answer.ok) {
        throw new Refused(answer.status, {}, 0);
    }
    return answer.blob();
};

// One stream of events, read by hand: EventSource can send no token. Resolves when it ends.
const readStream = async (position, onEvent) => {
    const control = new AbortController();
    let watch;
    const alive = () => { clearTimeout(watch); watch = setTimeout(() => control.abort(), SILENCE_MS); };
    alive();
    try {
        const answer = await fetch(`${BASE}/stream`, {
            credentials: "omit", cache: "no-store", signal: control.signal,
            headers: headers({ Accept: "text/event-stream", ...(position ? { "Last-Event-ID": position } : {}) }),
        });
        if (!answer.ok || !answer.body) {
            throw new Refused(answer.status, {}, 0);
        }
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
            const { done, value } = await reader.read();
            if (done) {
                return;
            }
            alive();
            const blocks = (rest + value).split("\n\n");
            rest = blocks.pop();
            for (const block of blocks) {
                const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s)));
                if (fields.event) {
                    onEvent(fields.event, JSON.parse(fields.data || "{}"));
                }
            }
        }
    } finally {
        clearTimeout(watch);
        control.abort();
    }
};
