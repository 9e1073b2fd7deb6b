// What is asked before the first message, and when nobody is there.
const field = (name, label, attributes = {}, tag = "input") => {
    const control = h(tag, { id: `f-${name}`, name, "aria-describedby": `e-${name}`, ...attributes });
    return h("div", { class: "field" },
        h("label", { for: `f-${name}` }, label, attributes.required ? null : h("small", {}, ` (${t("optional")})`)),
        control, h("p", { class: "error", id: `e-${name}` }));
};

const complain = (form, name, text) => {
    const control = form.elements[name];
    const place = form.querySelector(`[id="e-${name}"]`);
    if (place) {
        place.textContent = text;
    }
    if (control) {
        control.setAttribute("aria-invalid", String(Boolean(text)));
        control.toggleAttribute("data-wrong", Boolean(text));
    }
};

// True when every field is fine; else the first wrong one has the focus and says why.
const check = (form) => {
    let first = null;
    for (const control of form.elements) {
        if (!control.name) {
            continue;
        }
        const isEmpty = control.required && (control.type === "checkbox" ? !control.checked : !control.value.trim());
        const isBad = control.type === "email" && control.value.trim() && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(control.value.trim());
        complain(form, control.name, isEmpty ? t("missing") : isBad ? t("wrong_email") : "");
        first = first || (isEmpty || isBad ? control : null);
    }
    if (first) {
        first.focus();
    }
    return !first;
};

const consentLine = () => h("div", { class: "field" },
    h("label", { class: "tick" }, h("input", { type: "checkbox", name: "consent", required: true, "aria-describedby": "e-consent" }),
        h("span", {}, t("consent"), " ", h("a", { href: look.asks.consent_url, target: "_blank", rel: "noopener noreferrer" }, t("privacy")))),
    h("p", { class: "error", id: "e-consent" }));

const isAsked = () => {
    const asks = look.asks;
    const who = identity ? [] : [asks.name, asks.email];
    return look.has_offline_form || Boolean(asks.consent_url) || asks.questions.length > 0 || who.some(Boolean);
};

const firstForm = (onWords, onSubmit) => {
    const asks = look.asks;
    const isOffline = look.has_offline_form;
    const needsMail = isOffline ? "required" : asks.email;
    const busy = h("button", { type: "submit", class: "wide" }, isOffline ? t("leave_message") : t("send"));
    const form = h("form", { class: "first", novalidate: true },
        isOffline && h("p", { class: "intro" }, t("offline_intro")),
        !identity && (asks.name || isOffline) && field("name", t("name"), { autocomplete: "name", maxlength: 200, dir: "auto", required: asks.name === "required" }),
        !(identity && identity.email) && needsMail && field("email", t("email"), { type: "email", autocomplete: "email", inputmode: "email", maxlength: 320, dir: "ltr", required: needsMail === "required" }),
        asks.questions.map((question, index) => field(`q${index}`, question.label, { maxlength: 1000, dir: "auto", required: question.required })),
        field("text", t("message"), { rows: 4, maxlength: 10000, dir: "auto", required: true }, "textarea"),
        asks.consent_url && consentLine(),
        h("p", { class: "error", role: "alert", id: "e-form" }),
        busy);
    form.elements.text.addEventListener("input", (event) => onWords(event.target.value));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (!check(form)) {
            return;
        }
        busy.disabled = true;
        const value = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");
        const answers = asks.questions.map((question, index) => ({ question: question.label, answer: value(`q${index}`) }));
        try {
            await onSubmit({ name: value("name"), email: value("email"), answers, has_consented: Boolean(asks.consent_url) }, value("text"), isOffline);
        } catch (error) {
            busy.disabled = false;
            for (const name of Object.keys(error.fields || {})) {
                complain(form, name, error.fields[name]);
            }
            form.querySelector("[id=e-form]").textContent = error.status === 429 ? t("too_fast") : error.status ? error.message : t("offline");
        }
    });
    return form;
};

const mailCard = (onSave) => {
    const form = h("form", { class: "mail", novalidate: true },
        h("label", { for: "f-later" }, t("ask_email")),
        h("div", { class: "line" }, h("input", { id: "f-later", name: "later", type: "email", required: true, autocomplete: "email", inputmode: "email", dir: "ltr", maxlength: 320, "aria-describedby": "e-later" }),
            h("button", { type: "submit" }, t("save"))),
        h("p", { class: "error", id: "e-later" }));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (!check(form)) {
            return;
        }
        try {
            await onSave(form.elements.later.value.trim());
        } catch (error) {
            complain(form, "later", error.status === 400 ? t("wrong_email") : t("offline"));
        }
    });
    return form;
};
