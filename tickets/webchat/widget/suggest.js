// What the help pages say to what is being written, before the first message. The words are compared, and kept nowhere.
const SUGGEST_MS = 600;
const SUGGEST_FROM = 6;
let suggestTimer = 0;
let suggestFor = "";
let suggestShown = "";
let isSuggesting = true;

const hideArticles = () => {
    clearTimeout(suggestTimer);
    suggestShown = "";
    ui.hints.replaceChildren();
    ui.hints.hidden = true;
};

const noArticles = () => {
    isSuggesting = false;
    hideArticles();
    focusText();
};

const focusText = () => {
    const field = ui.panel.querySelector("textarea");
    if (field) {
        field.focus();
    }
};

const helped = async (article) => {
    try {
        await call("helped", { method: "POST", json: { article: article.id } });
    } catch (error) {
        notice(reason(error));
        return;
    }
    isSuggesting = false;
    ui.hints.replaceChildren(h("p", {}, t("helped_thanks")));
    ui.status.textContent = t("helped_thanks");
    focusText();
};

// Whether it helped can be said by who has opened it.
const articleLine = (article) => {
    const button = h("button", { type: "button", class: "link", hidden: true, onclick: () => helped(article) }, t("helped"));
    const opened = () => { button.hidden = false; };
    return h("li", {}, h("a", { href: article.url, target: "_blank", rel: "noopener", lang: article.language, dir: "auto", onclick: opened, onauxclick: opened }, article.title), button);
};

const showArticles = (articles) => {
    const shown = articles.map((article) => article.id).join();
    if (shown === suggestShown) {
        return;
    }
    hideArticles();
    if (articles.length) {
        suggestShown = shown;
        ui.hints.append(h("div", { class: "hints-head" }, h("strong", {}, t("hints")), iconButton("close", t("hints_hide"), noArticles)), h("ul", {}, articles.map(articleLine)));
        ui.hints.hidden = false;
        ui.status.textContent = `${t("hints")} ${articles.map((article) => article.title).join(". ")}`;
    }
};

const fetchArticles = async (text) => {
    const { articles } = await call("articles", { method: "POST", json: { text: text.slice(0, 300), language: look.language } }).catch(() => ({ articles: [] }));
    // An answer to words that are not the last ones any more says nothing.
    if (text === suggestFor && isSuggesting && !messages.size) {
        showArticles(articles);
    }
};

const suggest = (written) => {
    const text = written.trim();
    if (!look.suggests_articles || !isSuggesting || messages.size || text === suggestFor) {
        return;
    }
    suggestFor = text;
    clearTimeout(suggestTimer);
    if (text.length < SUGGEST_FROM) {
        hideArticles();
    } else {
        suggestTimer = setTimeout(() => fetchArticles(text), SUGGEST_MS);
    }
};
