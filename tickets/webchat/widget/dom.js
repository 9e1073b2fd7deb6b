// Making elements: text is always text, so that nothing anybody wrote becomes markup.
const h = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
        if (name.startsWith("on")) {
            element.addEventListener(name.slice(2), value);
        } else if (value === true) {
            element.setAttribute(name, "");
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(name, value);
        }
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
};

const PATHS = {
    chat: "M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3 21l2-5.8A8.4 8.4 0 1 1 21 11.5Z",
    close: "M6 6l12 12M18 6 6 18",
    down: "m6 9 6 6 6-6",
    send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
    clip: "m20 11-8.6 8.6a5 5 0 0 1-7-7l8.6-8.7a3.4 3.4 0 0 1 4.7 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.9-7.8",
    file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8Zm0 0v5h5",
    more: "M5 12h.01M12 12h.01M19 12h.01",
};
const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", `icon icon-${name}`);
    path.setAttribute("d", PATHS[name]);
    svg.append(path);
    return svg;
};
const iconButton = (name, label, onclick, attributes) =>
    h("button", { type: "button", class: "round", "aria-label": label, title: label, onclick, ...attributes }, icon(name));

// Arrow keys move among the buttons of a group; Tab leaves it.
const roving = (group) => {
    const items = () => [...group.querySelectorAll("a, button")];
    const focus = (item) => { items().forEach((one) => { one.tabIndex = one === item ? 0 : -1; }); item.focus(); };
    items().forEach((item, index) => { item.tabIndex = index ? -1 : 0; });
    group.addEventListener("keydown", (event) => {
        const all = items();
        const at = all.indexOf(event.target);
        const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
        if (at >= 0 && event.key in steps) {
            event.preventDefault();
            focus(all[(at + steps[event.key] + all.length) % all.length]);
        }
    });
    return group;
};

const newId = () => {
    if (crypto.randomUUID) {
        return crypto.randomUUID();
    }
    // Pages without https have no randomUUID.
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
