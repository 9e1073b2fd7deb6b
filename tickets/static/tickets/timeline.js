// The timeline: items are merged by id, once, in the order of their keys. Every bubble comes through here.
"use strict";
window.timeline = (() => {
    const list = () => document.getElementById("hd-timeline");
    const log = () => document.getElementById("hd-log");
    const NEAR = 80;

    const isAtEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;
    function toEnd() {
        log().scrollTop = log().scrollHeight;
        document.getElementById("hd-newest").hidden = true;
    }

    function place(item) {
        let after = list().lastElementChild;
        while (after && after.dataset.key > item.dataset.key) {
            after = after.previousElementSibling;
        }
        if (after) {
            after.after(item);
        } else {
            list().prepend(item);
        }
    }

    // Merge the <li> of a fragment. Returns how many were not there before.
    function merge(source) {
        let added = 0;
        for (const mark of source.querySelectorAll("[data-gone]")) {
            const moved = document.getElementById(mark.dataset.gone);
            if (moved) {
                moved.remove();
            }
        }
        for (const item of [...source.querySelectorAll("ol > li[data-key]")]) {
            const old = document.getElementById(item.id);
            if (!old) {
                place(item);
                added += 1;
            } else if ("separator" in item.dataset) {
                // A separator moves up when older messages bring an earlier start of the same contact.
                if (item.dataset.key < old.dataset.key) {
                    old.remove();
                    place(item);
                }
            } else {
                keepFrame(old, item);
                old.replaceWith(item);
            }
        }
        return added;
    }

    // An opened whole message stays open when its bubble is drawn anew.
    function keepFrame(old, fresh) {
        const open = old.querySelector(".hd-whole");
        const target = fresh.querySelector(".hd-whole");
        if (open && target && open.querySelector("iframe")) {
            target.replaceWith(open);
        }
    }

    function showWhole(link) {
        const box = link.parentElement;
        const words = link.querySelector("span");
        const frame = box.querySelector(".hd-frame-box");
        if (frame) {
            frame.remove();
            words.textContent = link.dataset.show;
            link.setAttribute("aria-expanded", "false");
            return;
        }
        link.dataset.show = words.textContent;
        words.textContent = link.dataset.hide;
        link.setAttribute("aria-expanded", "true");
        const holder = document.createElement("div");
        holder.className = "hd-frame-box";
        const inner = document.createElement("iframe");
        inner.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
        inner.title = link.dataset.show;
        inner.src = link.href;
        holder.append(inner);
        box.append(holder);
    }

    // "Undo" is offered while it works and not a second longer.
    setInterval(() => {
        for (const button of document.querySelectorAll("[data-hd-until]")) {
            if (Date.now() > Date.parse(button.dataset.hdUntil)) {
                button.remove();
            }
        }
    }, 500);

    document.addEventListener("click", (event) => {
        const link = event.target.closest("[data-hd-whole]");
        if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
            event.preventDefault();
            showWhole(link);
        }
        if (event.target.closest("#hd-newest")) {
            toEnd();
        }
    });

    return { merge, toEnd, isAtEnd, log };
})();
