// Words, times and links in the visitor's language and time zone.
const settings = { ...SCRIPT.dataset, ...window.HelpdeskChatSettings };
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "";
let look = null;

const t = (name, values = {}) => (look.texts[name] || name).replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));
const wantedLanguages = () => (settings.language ? [settings.language] : [...(navigator.languages || []), document.documentElement.lang]).filter(Boolean);
const formatted = (moment, options) => new Intl.DateTimeFormat(look.language, options).format(new Date(moment));
const clock = (moment) => formatted(moment, { hour: "numeric", minute: "2-digit" });

const dayOf = (moment) => {
    const day = new Date(moment).toDateString();
    const now = new Date();
    if (day === now.toDateString()) {
        return t("today");
    }
    now.setDate(now.getDate() - 1);
    return day === now.toDateString() ? t("yesterday") : formatted(moment, { weekday: "long", day: "numeric", month: "long" });
};

const openingText = () => {
    if (look.is_open) {
        return t("is_open");
    }
    if (!look.next_opening) {
        return t("is_closed_long");
    }
    const isSoon = new Date(look.next_opening) - Date.now() < 6 * 864e5;
    const day = isSoon ? { weekday: "long" } : { day: "numeric", month: "long" };
    return t("is_closed", { time: formatted(look.next_opening, { ...day, hour: "numeric", minute: "2-digit" }) });
};

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;
const linked = (text) => {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(LINK)) {
        parts.push(text.slice(end, found.index));
        parts.push(h("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow" }, found[0]));
        end = found.index + found[0].length;
    }
    return [...parts, text.slice(end)];
};

const sizeText = (bytes) => {
    const [value, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), "kilobyte"] : [Math.round(bytes / 1e5) / 10, "megabyte"];
    return new Intl.NumberFormat(look.language, { style: "unit", unit, unitDisplay: "short" }).format(value);
};
