/* Rows of conditions or actions, made out of a textarea with JSON, which stays what is posted. */
(() => {
  "use strict";

  const NO_VALUE = ["is_set", "is_empty"];
  const UNITS = [["minutes", 60], ["hours", 3600], ["days", 86400]];
  const FILTER_FROM = 12;
  let last = 0;

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") element.textContent = value;
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const key = () => `hd-row-${(last += 1)}`;
  const list = (value) => (Array.isArray(value) ? value : value === undefined || value === null || value === "" ? [] : [value]);

  class Rows {
    constructor(root) {
      this.root = root;
      this.spec = JSON.parse(root.dataset.spec);
      this.faults = JSON.parse(root.dataset.faults || "{}");
      this.words = this.spec.words;
      this.area = root.querySelector("textarea");
      let value;
      try {
        value = JSON.parse(this.area.value.trim() || "null");
      } catch {
        return; // What was typed by hand cannot be read: it stays as it is.
      }
      this.value = this.read(value);
      this.area.hidden = true;
      root.querySelector(".hd-rows-plain").hidden = true;
      this.status = make("p", { class: "hd-rows-status", role: "status" });
      this.board = make("div", { class: "hd-rows-board" });
      root.append(this.board, this.status);
      this.draw();
    }

    get isActions() {
      return this.spec.kind === "actions";
    }

    read(value) {
      if (this.isActions) return { actions: Array.isArray(value) ? value : [] };
      const given = value && typeof value === "object" && !Array.isArray(value) ? value : {};
      return { all: list(given.all), any: list(given.any) };
    }

    write() {
      const value = this.isActions ? this.value.actions : { ...this.value };
      if (!this.isActions) for (const group of ["all", "any"]) if (!value[group].length) delete value[group];
      this.area.value = JSON.stringify(value, null, 1);
      this.area.dispatchEvent(new Event("change", { bubbles: true }));
    }

    draw(focus) {
      this.board.replaceChildren(...Object.keys(this.value).map((group) => this.drawGroup(group)));
      if (focus) this.board.querySelector(focus)?.focus();
    }

    drawGroup(group) {
      const { words } = this;
      const rows = this.value[group];
      const title = key();
      const board = make("div", { class: "hd-rows-group", role: "group" });
      if (this.isActions) board.setAttribute("aria-label", this.root.dataset.label || words.action);
      else {
        board.setAttribute("aria-labelledby", title);
        board.append(make("p", { class: "hd-rows-title", id: title, text: words[group] }));
      }
      const empty = { all: words.noneAll, any: words.noneAny, actions: words.noneActions }[group];
      if (rows.length) board.append(make("ol", { class: "hd-rows-list" }, ...rows.map((row, place) => this.drawRow(group, row, place))));
      else board.append(make("p", { class: "hd-rows-none", text: empty }));
      const add = make("button", { type: "button", class: "hd-rows-add", "data-add": group }, this.icon("plus"), this.isActions ? words.addAction : words.addCondition);
      add.addEventListener("click", () => {
        rows.push(this.isActions ? { do: "" } : { field: "", test: "" });
        this.write();
        this.draw(`[data-row="${group}.${rows.length - 1}"] select`);
        this.say(words.added);
      });
      board.append(add);
      return board;
    }

    drawRow(group, row, place) {
      const name = this.isActions ? String(place) : `${group}.${place}`;
      const item = make("li", { class: "hd-rows-row", "data-row": `${group}.${place}` });
      const parts = make("div", { class: "hd-rows-parts" });
      parts.append(...(this.isActions ? this.actionParts(row, item) : this.conditionParts(row, item)));
      item.append(parts, this.tools(group, place));
      const faults = Object.entries(this.faults).filter(([at]) => at === name || at.startsWith(`${name}.`));
      if (faults.length) {
        const id = key();
        item.classList.add("hd-is-faulty");
        item.append(make("p", { class: "hd-rows-fault", id, text: faults.map(([, text]) => text).join(" ") }));
        const ends = faults.map(([at]) => at.slice(name.length + 1));
        for (const control of parts.querySelectorAll("[data-part]")) {
          if (ends.includes(control.dataset.part) || ends.includes("")) {
            control.setAttribute("aria-invalid", "true");
            control.setAttribute("aria-describedby", id);
          }
        }
      }
      return item;
    }

    tools(group, place) {
      const rows = this.value[group];
      const tools = make("div", { class: "hd-rows-tools" });
      const button = (icon, label, isOff, act) => {
        const made = make("button", { type: "button", class: "hd-rows-tool", "data-tool": icon, disabled: isOff, title: label, "aria-label": `${label}: ${this.words.row} ${place + 1}` }, this.icon(icon));
        made.addEventListener("click", act);
        tools.append(made);
      };
      const move = (by) => () => {
        const [row] = rows.splice(place, 1);
        rows.splice(place + by, 0, row);
        this.faults = {};
        this.write();
        const next = place + by;
        const tool = by < 0 && next > 0 ? "arrow-up" : next < rows.length - 1 ? "arrow-down" : "arrow-up";
        this.draw(`[data-row="${group}.${next}"] [data-tool="${tool}"]`);
        this.say(this.words.moved);
      };
      if (this.isActions) {
        button("arrow-up", this.words.up, place === 0, move(-1));
        button("arrow-down", this.words.down, place === rows.length - 1, move(1));
      }
      button("x", this.words.remove, false, () => {
        rows.splice(place, 1);
        this.faults = {};
        this.write();
        this.draw(rows.length ? `[data-row="${group}.${Math.min(place, rows.length - 1)}"] select` : `[data-add="${group}"]`);
        this.say(this.words.removed);
      });
      return tools;
    }

    /* Forget what was wrong in the row, and put other parts behind one that stays: it keeps the focus and what is being typed into it. */
    renew(item, part, parts) {
      this.faults = {};
      item.classList.remove("hd-is-faulty");
      item.querySelector(".hd-rows-fault")?.remove();
      for (const control of item.querySelectorAll("[aria-invalid]")) {
        control.removeAttribute("aria-invalid");
        control.removeAttribute("aria-describedby");
      }
      while (part.nextSibling) part.nextSibling.remove();
      part.after(...parts);
    }

    baseOf(row) {
      return Object.keys(this.spec.fields).find((name) => name.endsWith(".") && (row.field || "").startsWith(name)) || row.field || "";
    }

    conditionParts(row, item) {
      const base = this.baseOf(row);
      const options = Object.entries(this.spec.fields).map(([name, one]) => [name, one.label]);
      if (row.field && !this.spec.fields[base]) options.unshift([row.field, row.field]);
      const chooser = this.select(this.words.field, options, base, (chosen) => {
        const kind = this.spec.fields[chosen]?.type;
        row.field = chosen;
        row.test = kind ? this.spec.tests[kind][0][0] : "";
        if (kind === "flag") row.value = true;
        else delete row.value;
        this.renew(item, chooser, this.conditionRest(row, item));
      }, this.words.choose);
      chooser.dataset.part = "field";
      return [chooser, ...this.conditionRest(row, item)];
    }

    conditionRest(row, item) {
      const base = this.baseOf(row);
      const field = this.spec.fields[base];
      if (!field) return [];
      const parts = [];
      if (base.endsWith(".")) {
        const attribute = this.input("text", field.type === "event" ? this.words.event : this.words.attribute, row.field.slice(base.length), (typed) => {
          row.field = base + typed.trim();
        });
        attribute.dataset.part = "field";
        parts.push(attribute);
      }
      const values = () => (NO_VALUE.includes(row.test) ? [] : [this.conditionValue(row, field)]);
      const test = this.select(this.words.test, this.spec.tests[field.type], row.test, (chosen) => {
        const kindOf = (one) => (NO_VALUE.includes(one) ? "none" : ["greater", "less"].includes(one) ? "number" : "values");
        if (kindOf(chosen) !== kindOf(row.test)) delete row.value;
        row.test = chosen;
        this.renew(item, test, values());
      });
      test.dataset.part = "test";
      if (field.type === "flag") test.hidden = true;
      return [...parts, test, ...values()];
    }

    conditionValue(row, field) {
      const set = (value) => {
        row.value = value;
      };
      let made;
      if (field.type === "flag") made = this.select(this.words.value, [["true", this.words.yes], ["false", this.words.no]], String(row.value), (chosen) => set(chosen === "true"));
      else if (field.type === "time" || field.type === "event") made = this.duration(this.words.value, row.value, set);
      else if (field.type === "number" || ["greater", "less"].includes(row.test)) made = this.input("number", this.words.value, row.value ?? "", (typed) => set(typed === "" ? null : Number(typed)), { step: "any" });
      else if (field.source === "customers") made = this.input("text", this.words.keys, list(row.value).join(", "), (typed) => set(typed.split(",").map((one) => one.trim()).filter(Boolean)));
      else if (field.source) made = this.pick(this.words.value, this.spec.choices[field.source], list(row.value), set, true);
      else made = this.lines(row, set);
      (made.querySelector("[data-control]") || made).dataset.part = "value";
      return made;
    }

    lines(row, set) {
      const label = row.test === "matches" ? this.words.pattern : this.words.lines;
      const area = make("textarea", { class: "hd-rows-lines", rows: Math.min(6, Math.max(1, list(row.value).length)), "aria-label": label, placeholder: label });
      area.value = list(row.value).join("\n");
      area.addEventListener("input", () => {
        area.rows = Math.min(6, Math.max(1, area.value.split("\n").length));
        set(area.value.split("\n").map((one) => one.trim()).filter(Boolean));
        this.write();
      });
      return area;
    }

    actionParts(row, item) {
      const options = Object.entries(this.spec.actions).map(([name, one]) => [name, one.label]);
      if (row.do && !this.spec.actions[row.do]) options.unshift([row.do, row.do]);
      const parameters = () => Object.entries(this.spec.actions[row.do]?.parameters || {}).map(([name, one]) => this.parameter(row, name, one));
      const chooser = this.select(this.words.action, options, row.do, (chosen) => {
        for (const name of Object.keys(row)) delete row[name];
        row.do = chosen;
        this.renew(item, chooser, parameters());
      }, this.words.choose);
      chooser.dataset.part = "do";
      return [chooser, ...parameters()];
    }

    parameter(row, name, parameter) {
      const set = (value) => {
        if (value === "" || value === null || (Array.isArray(value) && !value.length)) delete row[name];
        else row[name] = value;
      };
      const choices = this.spec.choices[parameter.source] || [];
      let made;
      if (parameter.type === "choice") {
        if (!choices.length) made = make("span", { class: "hd-rows-none", text: this.words.nothing });
        else made = this.select(parameter.label, choices, String(row[name] ?? ""), (chosen) => set(parameter.isKey && chosen ? Number(chosen) : chosen), parameter.isRequired ? this.words.choose : "–");
      } else if (parameter.type === "choices") made = this.pick(parameter.label, choices, list(row[name]), set, false);
      else if (parameter.type === "seconds") made = this.duration(parameter.label, row[name], set);
      else if (parameter.type === "long_text") {
        made = make("textarea", { class: "hd-rows-lines", rows: 3, "aria-label": parameter.label, placeholder: parameter.label });
        made.value = row[name] || "";
        made.addEventListener("input", () => {
          set(made.value);
          this.write();
        });
      } else if (parameter.type === "names") {
        const known = make("datalist", { id: key() }, ...choices.map(([value]) => make("option", { value })));
        const input = this.input("text", `${parameter.label} – ${this.words.names}`, list(row[name]).join(", "), (typed) => set(typed.split(",").map((one) => one.trim()).filter(Boolean)), { list: known.id, "data-control": true });
        made = make("span", { class: "hd-rows-names" }, input, known);
      } else made = this.input("text", parameter.label, row[name] || "", set, { maxlength: 200 });
      (made.querySelector("[data-control]") || made).dataset.part = name;
      return made;
    }

    select(label, options, chosen, act, blank) {
      const made = make("select", { "aria-label": label });
      if (blank !== undefined) made.append(make("option", { value: "", text: blank }));
      made.append(...options.map(([value, text]) => make("option", { value, text, selected: value === String(chosen) })));
      made.addEventListener("change", () => {
        act(made.value);
        this.write();
      });
      return made;
    }

    input(type, label, value, act, more = {}) {
      const made = make("input", { type, "aria-label": label, placeholder: type === "text" ? label : undefined, autocomplete: "off", ...more });
      made.value = value;
      made.addEventListener("input", () => {
        act(made.value);
        this.write();
      });
      return made;
    }

    /* A length of time, kept in seconds. */
    duration(label, seconds, act) {
      const best = [...UNITS].reverse().find(([, size]) => seconds && seconds % size === 0) || UNITS[seconds ? 0 : 1];
      const number = make("input", { type: "number", min: 0, step: "any", "aria-label": label, class: "hd-rows-number", "data-control": true });
      number.value = seconds ? seconds / best[1] : "";
      const unit = make("select", { "aria-label": this.words.unit }, ...UNITS.map(([name, size]) => make("option", { value: size, text: this.words[name], selected: size === best[1] })));
      const change = () => {
        act(number.value === "" ? null : Math.round(Number(number.value) * Number(unit.value)));
        this.write();
      };
      number.addEventListener("input", change);
      unit.addEventListener("change", change);
      return make("span", { class: "hd-rows-duration" }, number, unit);
    }

    /* Several of a list: check boxes that unfold under what is chosen. */
    pick(label, choices, chosen, act, areKeys) {
      const marked = new Set(chosen.map(String));
      const says = make("span", { class: "hd-rows-chosen" });
      const summary = make("summary", { "data-control": true }, says);
      const show = () => {
        const names = choices.filter(([value]) => marked.has(value)).map(([, text]) => text);
        says.textContent = names.length > 3 ? `${names.slice(0, 3).join(", ")} + ${names.length - 3} ${this.words.more}` : names.join(", ") || this.words.chooseSome;
        says.classList.toggle("hd-is-empty", !names.length);
      };
      const boxes = make("div", { class: "hd-rows-boxes", role: "group", "aria-label": label });
      for (const [value, text] of choices) {
        const box = make("input", { type: "checkbox", value, checked: marked.has(value) });
        box.addEventListener("change", () => {
          if (box.checked) marked.add(value);
          else marked.delete(value);
          const values = choices.map(([one]) => one).filter((one) => marked.has(one));
          act(areKeys && values.every((one) => /^\d{1,15}$/.test(one)) ? values.map(Number) : values);
          show();
          this.write();
        });
        boxes.append(make("label", {}, box, make("span", { text })));
      }
      if (!choices.length) boxes.append(make("p", { class: "hd-rows-none", text: this.words.nothing }));
      const folded = make("details", { class: "hd-rows-pick", open: !chosen.length && choices.length > 0 && choices.length <= 6 }, summary);
      if (choices.length > FILTER_FROM) {
        const find = make("input", { type: "search", class: "hd-rows-find", placeholder: this.words.find, "aria-label": this.words.find, autocomplete: "off" });
        find.addEventListener("input", () => {
          const wanted = find.value.trim().toLocaleLowerCase();
          for (const one of boxes.children) one.hidden = !one.textContent.toLocaleLowerCase().includes(wanted);
        });
        find.addEventListener("keydown", (event) => {
          if (event.key === "Enter") event.preventDefault();
        });
        folded.append(find);
      }
      folded.append(boxes);
      folded.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !folded.open) return;
        folded.open = false;
        summary.focus();
        event.stopPropagation();
      });
      show();
      return folded;
    }

    icon(name) {
      const address = this.root.dataset.icons;
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "hd-icon");
      svg.setAttribute("aria-hidden", "true");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      use.setAttribute("href", `${address}#${name}`);
      svg.append(use);
      return svg;
    }

    say(text) {
      this.status.textContent = text;
    }
  }

  const start = (within) => {
    for (const root of within.querySelectorAll("[data-hd-rows]")) {
      if (root.dataset.ready) continue;
      root.dataset.ready = "1";
      new Rows(root);
    }
  };
  const ready = () => start(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
  document.addEventListener("formset:added", (event) => start(event.target));
})();
