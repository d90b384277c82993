// Tabs that remember the choice, controls that move pictures, where you are, the dark/light button, copy buttons. Nothing here is
// needed to read a page: without it both frameworks stand one below the other and every fold opens by itself.
(function () {
  "use strict";
  const root = document.documentElement;
  const store = {
    set(key, value) { try { localStorage.setItem(key, value); } catch (error) { root.dataset.store = "none"; } },
  };
  const all = (selector, inside) => Array.from((inside || document).querySelectorAll(selector));
  const text = document.querySelector("main").dataset;

  function tabs() {
    let count = 0;
    const sets = all(".qt-tabs").map((box) => {
      const panels = all(":scope > .qt-panel", box);
      const list = document.createElement("div");
      list.setAttribute("role", "tablist");
      list.setAttribute("aria-label", text.tabs);
      const buttons = panels.map((panel) => {
        const button = document.createElement("button");
        panel.id = panel.id || "qt-panel-" + (++count);
        button.type = "button";
        button.id = panel.id + "-tab";
        button.textContent = panel.getAttribute("aria-label");
        button.dataset.framework = panel.dataset.framework;
        button.setAttribute("role", "tab");
        button.setAttribute("aria-controls", panel.id);
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", button.id);
        panel.removeAttribute("aria-label");
        list.append(button);
        return button;
      });
      box.prepend(list);
      list.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button) choose(button);
      });
      list.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (root.dir === "rtl" ? -1 : 1);
        const here = buttons.indexOf(document.activeElement);
        const goal = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1
          : step ? (here + step + buttons.length) % buttons.length : -1;
        if (goal < 0 || here < 0) return;
        event.preventDefault();
        buttons[goal].focus();
        choose(buttons[goal]);
      });
      return buttons;
    });
    function choose(button) {
      const before = button.getBoundingClientRect().top;
      root.dataset.framework = button.dataset.framework;
      store.set("qt-framework", button.dataset.framework);
      show();
      scrollBy(0, button.getBoundingClientRect().top - before); // what was clicked stays under the finger
    }
    function show() {
      for (const buttons of sets) {
        const chosen = buttons.find((b) => b.dataset.framework === root.dataset.framework) || buttons[0];
        for (const button of buttons) {
          button.setAttribute("aria-selected", button === chosen);
          button.tabIndex = button === chosen ? 0 : -1;
        }
      }
      scrollers();
    }
    show();
  }

  function scrollers() {
    for (const box of all("pre, .katex-display, .qt-scroll, .output.text_html")) {
      if (box.scrollWidth > box.clientWidth + 1) {
        box.tabIndex = 0;
        if (!box.hasAttribute("role")) { box.setAttribute("role", "region"); box.setAttribute("aria-label", text.scroll); }
      } else if (box.tabIndex === 0 && box.getAttribute("aria-label") === text.scroll) {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    }
  }

  function copyButtons() {
    if (!navigator.clipboard) return;
    for (const block of all(".cell_input div.highlight, div.highlight-bash div.highlight, div.highlight-powershell div.highlight, .qt-report div.highlight")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "qt-copy";
      button.textContent = text.copy;
      button.addEventListener("click", () => navigator.clipboard.writeText(block.querySelector("pre").textContent.trimEnd())
        .then(() => { button.textContent = text.copied; setTimeout(() => { button.textContent = text.copy; }, 1500); }));
      block.append(button);
    }
  }

  // The map: the arrows of the lesson that is pointed at, and its title.
  function map() {
    for (const drawn of all(".qt-map")) {
      const line = drawn.querySelector(".qt-pointed");
      const point = (event) => {
        const box = event.target.closest("a[data-id]"), id = box && box.dataset.id;
        for (const path of all("path[data-to]", drawn)) path.classList.toggle("on", path.dataset.from === id || path.dataset.to === id);
        line.textContent = box ? box.getAttribute("aria-label") : "";
      };
      drawn.addEventListener("pointerover", point);
      drawn.addEventListener("focusin", point);
    }
  }

  // Which exercise a report is about stands in the lines that are copied.
  function report() {
    const choice = document.querySelector(".qt-report select");
    if (!choice) return;
    const lines = document.querySelector(".qt-report pre");
    const given = lines.textContent;
    choice.addEventListener("change", () => { lines.textContent = given + (choice.value && choice.value + "\n"); });
  }

  // What this browser remembers of the reader: pages read, the last one, and when a recall question is due again.
  const DAYS = [1, 3, 7, 21, 60];
  const today = () => Math.floor(Date.now() / 864e5);
  // Each thing has a key of its own: a browser tells other tabs late what one of them wrote, so one common text would lose answers.
  function memory() {
    const mind = { pages: {}, cards: {}, last: null };
    try {
      for (const [key, value] of Object.entries(localStorage)) {
        if (key.startsWith("qt-page:")) mind.pages[key.slice(8)] = JSON.parse(value);
        if (key.startsWith("qt-card:")) mind.cards[key.slice(8)] = JSON.parse(value);
        if (key === "qt-last") mind.last = JSON.parse(value);
      }
    } catch (error) { root.dataset.store = "none"; }
    return mind;
  }
  const keep = (key, value) => store.set(key, JSON.stringify(value));
  function remember() {
    const page = text.page, lesson = /^(notebooks|exercises)\//.test(page);
    const title = document.querySelector("h1") && document.querySelector("h1").firstChild.textContent.trim();
    if (lesson) keep("qt-last", { page, title });
    all(".qt-recall details").forEach((card, number) => {
      const key = page + "#" + number, row = document.createElement("p"), said = document.createElement("span");
      row.className = "qt-knew";
      said.setAttribute("role", "status");
      for (const [label, knew] of [[text.knew, true], [text.forgot, false]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = label;
        button.addEventListener("click", () => {
          const known = memory().cards[key];
          const box = knew ? Math.min((known ? known.box : -1) + 1, DAYS.length - 1) : 0;
          keep("qt-card:" + key, { box, due: today() + DAYS[box] });
          said.textContent = " " + (DAYS[box] === 1 ? text.tomorrow : text.again.replace("%d", DAYS[box]));
        });
        row.append(button, " ");
      }
      row.append(said);
      card.append(row);
      const known = memory().cards[key];
      if (known && known.due <= today()) card.classList.add("due");
    });
    const show = () => { const mind = memory(); ticks(mind); goOn(mind); };
    const end = document.querySelector("main footer");
    if (lesson && window.IntersectionObserver) {
      new IntersectionObserver((seen, watch) => {
        if (!seen.some((one) => one.isIntersecting) || scrollY < 200) return;
        keep("qt-page:" + page, today());
        watch.disconnect();
        show();
      }).observe(end);
    }
    show();
    // Another tab, the page left a moment ago (its last words may arrive late), a page that the browser kept and brings back.
    addEventListener("storage", (event) => { if (event.key === null || /^qt-(page:|card:|last$)/.test(event.key)) show(); });
    addEventListener("pageshow", (event) => { if (event.persisted) show(); });
  }
  const pageOf = (link) => link.pathname.replace(/\.html$/, "").split("/").slice(-3).join("/");
  function ticks(mind) {
    for (const link of all(".qt-part a, .qt-lessons a, .qt-cards a")) {
      if (!mind.pages[pageOf(link)] || link.querySelector(".qt-done")) continue;
      const tick = document.createElement("span");
      tick.className = "qt-done";
      tick.textContent = " ✓";
      tick.setAttribute("aria-label", text.read);
      tick.setAttribute("role", "img");
      (link.querySelector(".qt-card-text") || link).append(tick);
    }
  }
  // On the front page: the lesson that was open last, and the lessons with questions that are due.
  function goOn(mind) {
    const buttons = document.querySelector(".qt-buttons");
    if (!buttons) return;
    all(".qt-go-on").forEach((drawn) => drawn.remove());
    const line = document.createElement("p");
    line.className = "qt-go-on";
    const link = (page, words) => {
      const found = all(".qt-part a").find((one) => pageOf(one) === page);
      if (!found) return "";
      const made = document.createElement("a");
      made.href = found.href;
      made.textContent = words || found.textContent.replace(" ✓", "").split(" ")[0];
      return made;
    };
    if (mind.last) line.append(text.go + " ", link(mind.last.page, mind.last.title), " ");
    const due = [...new Set(Object.entries(mind.cards).filter(([, card]) => card.due <= today()).map(([key]) => key.split("#")[0]))];
    if (due.length) line.append(text.due + " ", ...due.slice(0, 12).flatMap((page) => [link(page), " "]));
    if (mind.last || due.length) buttons.after(line);
  }

  function theme() {
    const button = document.querySelector(".qt-theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    button.addEventListener("click", () => {
      const now = root.dataset.theme || (dark.matches ? "dark" : "light");
      root.dataset.theme = now === "dark" ? "light" : "dark";
      store.set("qt-theme", root.dataset.theme);
    });
  }

  function openTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  // Where you are: the page in the contents, and the section among those of this page.
  function here() {
    const side = document.querySelector(".qt-side");
    const now = side && side.querySelector("[aria-current]");
    if (now) side.scrollTop = now.offsetTop - side.clientHeight / 3;
    const links = all(".qt-toc a[href^='#']").filter((link) => link.getAttribute("href").length > 1);
    const heads = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    let waiting = false;
    const follow = () => {
      waiting = false;
      let last = -1;
      heads.forEach((head, k) => { if (head && head.getBoundingClientRect().top < innerHeight / 4) last = k; });
      if (scrollY + innerHeight > root.scrollHeight - 2) last = heads.length - 1; // the last section may be short
      links.forEach((link, k) => (k === last ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current")));
    };
    if (!links.length) return;
    addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(follow); } }, { passive: true });
    follow();
  }

  // An interactive cell: its frames come in a script of their own once the reader is near, and a control chooses one.
  function frames() {
    const boxes = all(".qt-frames");
    if (!boxes.length) return;
    window.qtrainFrames = (name, data) => boxes.filter((box) => box.dataset.source.endsWith("/" + name + ".js"))
      .forEach((box) => { box.data = data; show(box); });
    const watch = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
      watch.unobserve(one.target);
      const script = document.createElement("script");
      script.src = one.target.dataset.source;
      document.head.append(script);
    }), { rootMargin: "600px" });
    for (const box of boxes) {
      watch.observe(box);
      box.addEventListener("input", () => show(box));
    }
  }
  function show(box) {
    let place = 0;
    for (const input of all("input", box)) {
      const labels = JSON.parse(input.dataset.labels);
      place = place * labels.length + Number(input.value);
      input.nextElementSibling.textContent = labels[input.value];
      input.setAttribute("aria-valuetext", labels[input.value]);
    }
    if (box.data) box.lastElementChild.innerHTML = box.data.frames[place].map((part) => box.data.parts[part]).join("");
  }

  // As in a book: the arrow keys turn the page, where nothing else wants them.
  function turnPages() {
    addEventListener("keydown", (event) => {
      if (event.target !== document.body || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (root.scrollWidth > root.clientWidth) return;
      const way = { ArrowRight: ["next", "prev"], ArrowLeft: ["prev", "next"] }[event.key];
      const link = way && document.querySelector(`link[rel=${way[root.dir === "rtl" ? 1 : 0]}]`);
      if (link) location.href = link.href;
    });
  }

  tabs();
  here();
  turnPages();
  frames();
  copyButtons();
  theme();
  report();
  map();
  remember();
  openTarget();
  addEventListener("hashchange", openTarget);
  addEventListener("resize", scrollers);
  addEventListener("beforeprint", () => all("details.qt-fold, .qt-recall details").forEach((fold) => { fold.open = true; }));
  document.addEventListener("toggle", scrollers, true);
  document.fonts.ready.then(scrollers);
})();
