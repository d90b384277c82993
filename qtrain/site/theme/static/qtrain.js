// Tabs that remember the choice, the dark/light button, copy buttons, and names for parts that scroll. Nothing here is
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
    for (const block of all(".cell_input div.highlight, div.highlight-bash div.highlight, div.highlight-powershell div.highlight")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "qt-copy";
      button.textContent = text.copy;
      button.addEventListener("click", () => navigator.clipboard.writeText(block.querySelector("pre").textContent.trimEnd())
        .then(() => { button.textContent = text.copied; setTimeout(() => { button.textContent = text.copy; }, 1500); }));
      block.append(button);
    }
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

  // An interactive cell: its frames come in a script of their own once the reader is near, and a control chooses one.
  function frames() {
    const boxes = all(".qt-frames");
    if (!boxes.length || !window.IntersectionObserver) return;
    window.qtrainFrames = (name, data) => boxes.filter((box) => box.dataset.name === name).forEach((box) => move(box, data));
    const watch = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
      watch.unobserve(one.target);
      const script = document.createElement("script");
      script.src = one.target.querySelector(".qt-frames").dataset.source;
      document.head.append(script);
    }), { rootMargin: "600px" });
    boxes.forEach((box) => watch.observe(box.parentElement));
  }
  function move(box, data) {
    const inputs = all("input", box);
    const show = () => {
      let place = 0;
      for (const input of inputs) {
        const labels = JSON.parse(input.dataset.labels);
        place = place * labels.length + Number(input.value);
        input.nextElementSibling.textContent = labels[input.value];
        input.setAttribute("aria-valuetext", labels[input.value]);
      }
      box.lastElementChild.innerHTML = data.frames[place].map((part) => data.parts[part]).join("");
    };
    box.addEventListener("input", show);
    show();
    box.hidden = false;
    box.parentElement.querySelector(".qt-note").hidden = true;
  }

  tabs();
  frames();
  copyButtons();
  theme();
  openTarget();
  addEventListener("hashchange", openTarget);
  addEventListener("resize", scrollers);
  addEventListener("beforeprint", () => all("details.qt-fold, .qt-recall details").forEach((fold) => { fold.open = true; }));
  document.addEventListener("toggle", scrollers, true);
  document.fonts.ready.then(scrollers);
})();
