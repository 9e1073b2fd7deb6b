// The conversation as a list: known messages by id, drawn anew in their order when something changes.
const messages = new Map();
const drawn = new Map();
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
let list = null;
let scroller = null;
let sticks = true;

const inOrder = () => [...messages.values()].sort((a, b) => a.pending - b.pending || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

const put = (message) => {
    const own = message.client_id && messages.get(message.client_id);
    if (own && message.id) {
        messages.delete(message.client_id);
        // What the browser drew already stays; a picture need not come back from the server.
        message.localFiles = own.localFiles;
    }
    messages.set(message.id || message.client_id, { pending: 0, ...message });
};

const saveFile = async (file) => {
    const url = URL.createObjectURL(await blob(`files/${file.id}`));
    h("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
};

const chip = (file) => h("button", { type: "button", class: "file", "aria-label": t("download", { name: file.name }), onclick: () => saveFile(file).catch(() => {}) },
    icon("file"), h("span", { dir: "auto" }, file.name), h("small", {}, sizeText(file.size)));

const picture = (file, local) => {
    const image = h("img", { alt: t("picture", { name: file.name }) });
    const frame = h("button", { type: "button", class: "picture", "aria-label": t("download", { name: file.name }), onclick: () => saveFile(file).catch(() => {}) }, image);
    const show = (content) => { image.src = URL.createObjectURL(content); };
    // A page whose policy forbids blob: pictures still gets the file.
    image.addEventListener("error", () => frame.replaceWith(chip(file)));
    image.addEventListener("load", () => { if (sticks) { toEnd(); } });
    if (local) {
        show(local);
    } else {
        blob(`files/${file.id}`).then(show, () => frame.replaceWith(chip(file)));
    }
    return frame;
};

const fileNodes = (message) => (message.files || []).map((file, index) => {
    const local = message.localFiles && message.localFiles[index];
    return PICTURES.includes(file.type) && (file.id || local) ? picture(file, local) : chip(file);
});

const stateLine = (message, onAgain) => {
    if (message.state === "failed") {
        return h("div", { class: "state bad" }, `${message.error || t("failed")} `, h("button", { type: "button", class: "link", onclick: () => onAgain(message) }, t("again")));
    }
    return h("div", { class: "state" }, message.pending ? t("sending") : clock(message.at));
};

// Scores stand in rows of five, each as wide as a thumb; the question is the name of the group.
const buttons = ({ choices, text }, hands) => roving(h("div", { class: choices.every(({ title }) => [...title].length < 3) ? "choices scale" : "choices", role: "group", "aria-label": text },
    choices.map((choice) => h("button", { type: "button", class: "choice", onclick: () => hands.choose(choice) }, choice.title))));

const bubble = (message, isFirst, isLast, hands) => {
    const isOwn = message.from === "visitor";
    const name = isOwn ? t("you") : message.name || look.title;
    return h("li", { class: `row ${isOwn ? "own" : "theirs"}${isFirst ? " first" : ""}` },
        isFirst && h("div", { class: isOwn ? "name hidden" : "name", dir: "auto" }, name),
        message.text && h("div", { class: "bubble", dir: "auto" }, linked(message.text)),
        message.is_deleted && h("div", { class: "bubble gone" }, "–"),
        fileNodes(message),
        isLast && message.choices && message.choices.length ? buttons(message, hands) : null,
        (isLast || message.pending || message.state === "failed" || message.breaks) && stateLine(message, hands.again));
};

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
const toEnd = () => { sticks = true; scroller.scrollTop = scroller.scrollHeight; };

// Only what changed is replaced, so that a screen reader hears new messages alone.
const draw = (hands) => {
    const wanted = [];
    let day = "";
    let before = null;
    const all = inOrder();
    all.forEach((message, index) => {
        const today = dayOf(message.at);
        if (today !== day) {
            wanted.push([`day ${today}`, today, () => h("li", { class: "day" }, h("span", {}, today))]);
            before = null;
        }
        const next = all[index + 1];
        message.breaks = !next || next.from !== message.from || next.name !== message.name || dayOf(next.at) !== today;
        const isFirst = !before || before.from !== message.from || before.name !== message.name;
        const key = message.client_id || message.id;
        const mark = JSON.stringify([message.id, message.text, message.state === "failed", message.error, message.pending, isFirst, message.breaks, index === all.length - 1, message.is_deleted]);
        wanted.push([key, mark, () => bubble(message, isFirst, index === all.length - 1, hands)]);
        day = today;
        before = message;
    });
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, entry] of drawn) {
        if (!keys.has(key)) {
            entry.node.remove();
            drawn.delete(key);
        }
    }
    wanted.forEach(([key, mark, make], index) => {
        let entry = drawn.get(key);
        if (!entry || entry.mark !== mark) {
            const node = make();
            if (entry) {
                entry.node.replaceWith(node);
            }
            entry = { mark, node };
            drawn.set(key, entry);
        }
        if (list.children[index] !== entry.node) {
            list.insertBefore(entry.node, list.children[index] || null);
        }
    });
    if (sticks) {
        toEnd();
    }
};
