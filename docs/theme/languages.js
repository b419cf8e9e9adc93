// Makes tabs of the programs inside <div class="languages">, and keeps the choice from page to page.
(function () {
    const names = { c: "C", cpp: "C++", python: "Python", csharp: "C#", rust: "Rust" };
    const groups = [];

    function remembered() {
        try { return localStorage.getItem("apsfetch-language"); } catch (_) { return null; }
    }

    function choose(language) {
        try { localStorage.setItem("apsfetch-language", language); } catch (_) { /* private window */ }
        for (const group of groups) {
            const shown = group.some((entry) => entry.language === language) ? language : group[0].language;
            for (const entry of group) {
                entry.block.hidden = entry.language !== shown;
                entry.button.setAttribute("aria-pressed", String(entry.language === shown));
            }
        }
    }

    for (const root of document.querySelectorAll("div.languages")) {
        const bar = document.createElement("div");
        bar.className = "choose";
        const group = [];
        for (const code of root.querySelectorAll("pre > code")) {
            const language = Object.keys(names).find((name) => code.classList.contains("language-" + name));
            if (!language) continue;
            let block = code.parentElement;
            while (block.parentElement !== root) block = block.parentElement;
            const button = document.createElement("button");
            button.type = "button";
            button.textContent = names[language];
            button.addEventListener("click", () => choose(language));
            bar.append(button);
            group.push({ language, block, button });
        }
        if (group.length > 1) {
            root.prepend(bar);
            groups.push(group);
        }
    }
    const asked = new URLSearchParams(location.search).get("language");
    choose(asked || remembered() || "cpp");
})();
