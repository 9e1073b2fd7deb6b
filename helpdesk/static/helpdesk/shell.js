// The shell around every page: menus of the top bar, the phone menu, copy buttons, "are you sure" on buttons that ask.
"use strict";
(() => {
    const menus = () => document.querySelectorAll("details.hd-menu[open]");

    document.addEventListener("click", (event) => {
        for (const menu of menus()) {
            if (!menu.contains(event.target)) {
                menu.open = false;
            }
        }
        const toggle = event.target.closest(".hd-nav-toggle");
        if (toggle) {
            const isOpen = document.getElementById("hd-nav").classList.toggle("hd-is-open");
            toggle.setAttribute("aria-expanded", String(isOpen));
        }
        const copy = event.target.closest("[data-hd-copy]");
        if (copy) {
            copyText(copy);
        }
    });

    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") {
            return;
        }
        for (const menu of menus()) {
            menu.open = false;
            menu.querySelector("summary").focus();
        }
    });

    document.addEventListener("submit", (event) => {
        const question = event.submitter && event.submitter.dataset.hdConfirm;
        if (question && !window.confirm(question)) {
            event.preventDefault();
        }
    });

    // Widgets and table cells of the admin that have no label of their own get the words that stand beside or above them.
    function wordsFor(field) {
        const label = field.id && document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
        if (label) {
            return label.textContent.trim();
        }
        const cell = field.closest("td");
        const heading = cell && cell.closest("table").tHead && cell.closest("table").tHead.rows[0];
        // The heading of the first columns may span more than one cell, so count from the end.
        const column = heading && heading.cells[heading.cells.length - (cell.parentElement.cells.length - cell.cellIndex)];
        return column ? column.textContent.trim() : "";
    }

    function nameFields(root) {
        for (const select of root.querySelectorAll("select.admin-autocomplete")) {
            const widget = select.nextElementSibling;
            if (widget && widget.classList.contains("select2")) {
                for (const part of widget.querySelectorAll("[role=combobox], [role=textbox]")) {
                    part.setAttribute("aria-label", wordsFor(select));
                }
            }
        }
        for (const input of root.querySelectorAll(".inline-related td input:not([type=hidden]), .inline-related td select")) {
            if (!input.labels.length && !input.hasAttribute("aria-label")) {
                input.setAttribute("aria-label", wordsFor(input));
            }
        }
    }

    window.addEventListener("load", () => nameFields(document));
    document.addEventListener("formset:added", (event) => setTimeout(() => nameFields(event.target), 0));

    async function copyText(button) {
        const source = document.getElementById(button.dataset.hdCopy);
        try {
            await navigator.clipboard.writeText(source.textContent.trim());
        } catch {
            // Without a secure origin the browser gives no clipboard: select it, so that Ctrl+C does.
            window.getSelection().selectAllChildren(source);
            return;
        }
        const label = button.querySelector("span");
        const before = label.textContent;
        label.textContent = button.dataset.hdCopied;
        setTimeout(() => { label.textContent = before; }, 2000);
    }
})();
