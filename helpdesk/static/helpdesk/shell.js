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
