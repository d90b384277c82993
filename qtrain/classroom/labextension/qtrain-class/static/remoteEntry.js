// The class in JupyterLab: a prebuilt extension written by hand, so that nothing has to be built or fetched.
"use strict";
(() => {
  const EVERY = 5000, NARROW = 600, AWAY = "The class's computer does not answer. Your work is saved: hand it in again in a while.";
  let shared;
  const module = async (name) => {
    const versions = shared[name];
    return (await versions[Object.keys(versions)[0]].get())();
  };

  async function plugin() {
    const [{ ToolbarButton, showDialog, Dialog, ICommandPalette, Notification }, { PageConfig, URLExt }, { ServerConnection }, { IMainMenu }, { INotebookTracker }] =
      await Promise.all(["apputils", "coreutils", "services", "mainmenu", "notebook"].map((one) => module(`@jupyterlab/${one}`)));
    const place = (path) => URLExt.join(PageConfig.getBaseUrl(), "qtrain", "class", path);

    async function ask(app, path, body) {
      const reply = await ServerConnection.makeRequest(place(path), { method: "POST", body }, app.serviceManager.serverSettings);
      const told = await reply.json().catch(() => ({}));
      if (!reply.ok) throw new Error(told.message || AWAY);
      return told;
    }
    const about = (model) => { const found = model && model.sharedModel ? model.sharedModel.getMetadata("qtrain") : null; return found && typeof found === "object" ? found : {}; };
    const released = (panel) => Boolean(panel && about(panel.content.model).release);
    const told = (title, lines) => {
      const body = document.createElement("div");
      for (const line of lines) body.appendChild(Object.assign(document.createElement("p"), { textContent: line, style: "margin:0 0 .5em;overflow-wrap:anywhere" }));
      return { title, body };
    };
    async function show(title, lines) {
      const { Widget } = await module("@lumino/widgets");
      const { body } = told(title, lines);
      return showDialog({ title, body: new Widget({ node: body }), buttons: [Dialog.okButton()] });
    }

    async function handIn(app, panel) {
      const context = panel.context;
      try {
        await context.save();                    // what is handed in is what is seen
        if (context.model.dirty) throw new Error("The notebook could not be saved, so it was not handed in.");
        const receipt = await ask(app, "hand-in", JSON.stringify({ path: context.localPath || context.path }));
        await show("Handed in", [
          `${receipt.title}, received on ${new Date(receipt.received).toLocaleString()}. ${receipt.message}`,
          `Receipt ${receipt.number}, SHA-256 ${receipt.digest}`,
          receipt.kept ? `The receipt is kept beside the notebook, in ${receipt.kept}.` : "There was no room on the disk to keep the receipt: write its number down."]);
      } catch (error) {
        await show("Not handed in", [error instanceof ServerConnection.NetworkError || !error.message ? AWAY : error.message]);
      }
    }

    function bring(app) {
      const input = Object.assign(document.createElement("input"), { type: "file", accept: ".zip,.ipynb" });
      input.addEventListener("change", async () => {
        const file = input.files[0];
        if (!file) return;
        try {
          const done = await ask(app, `bring?name=${encodeURIComponent(file.name)}`, file);
          await app.commands.execute("filebrowser:refresh").catch(() => undefined);
          await show("Your work is here", done.lines);
        } catch (error) {
          await show("Nothing was brought", [error.message || AWAY]);
        }
      });
      input.click();
    }

    function activate(app, tracker, menu, palette) {
      const { commands } = app;
      commands.addCommand("qtrain:hand-in", {
        label: "Hand in", caption: "Save this problem set and hand it in",
        isVisible: () => released(tracker.currentWidget), isEnabled: () => released(tracker.currentWidget),
        execute: () => tracker.currentWidget && handIn(app, tracker.currentWidget)
      });
      commands.addCommand("qtrain:download", {
        label: "Download Everything of Mine", caption: "A zip of your notebooks and your record, for another computer",
        execute: () => {
          const link = Object.assign(document.createElement("a"), { href: place("download"), download: "my-quantum-course.zip" });
          document.body.appendChild(link); link.click(); link.remove();
        }
      });
      commands.addCommand("qtrain:bring", {
        label: "Bring Work from Another Computer …", caption: "A zip that was downloaded there, or a notebook: nothing here is overwritten",
        execute: () => bring(app)
      });
      if (menu) menu.fileMenu.addGroup(["qtrain:hand-in", "qtrain:download", "qtrain:bring"].map((command) => ({ command })), 30);
      if (palette) for (const command of ["qtrain:hand-in", "qtrain:download", "qtrain:bring"]) palette.addItem({ command, category: "Class" });

      app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => {
          context.ready.then(() => {
            if (!released(panel) || panel.isDisposed) return;
            const button = new ToolbarButton({ label: "Hand in", tooltip: "Save this problem set and hand it in", className: "qtrain-hand-in",
              onClick: async () => { button.enabled = false; try { await handIn(app, panel); } finally { button.enabled = true; } } });
            panel.toolbar.insertItem(0, "qtrain-hand-in", button);
          });
        }
      });

      // Where the learner is, and what was given out: told while the page is seen.
      let sent = "", known = null;
      const here = () => {
        const panel = tracker.currentWidget, cell = tracker.activeCell, own = panel && about(panel.content.model);
        const of = cell && cell.model.sharedModel.getMetadata("qtrain");
        return JSON.stringify({ document: (own && own.id) || "", exercise: (of && of.exercise) || "" });
      };
      const beat = async () => {
        if (document.hidden) return;
        sent = here();
        const reply = await ask(app, "here", sent).catch(() => null);
        if (!reply) return;
        const names = Object.keys(reply.releases);
        if (known && names.some((name) => !known.includes(name))) {
          for (const name of names.filter((one) => !known.includes(one))) Notification.info(`${reply.releases[name].title} was given out: it is in released/${name}.`, { autoClose: 15000 });
          commands.execute("filebrowser:refresh").catch(() => undefined);
        }
        known = names;
      };
      let soon = 0;
      const moved = () => { clearTimeout(soon); soon = setTimeout(() => { if (here() !== sent) beat(); }, 1000); };
      tracker.currentChanged.connect(moved); tracker.activeCellChanged.connect(moved);
      app.restored.then(() => { beat(); setInterval(beat, EVERY); });

      // On a phone the notebook has the whole width: files are a tap away on the left.
      const narrow = () => window.innerWidth < NARROW;
      app.restored.then(() => {
        if (!narrow()) return;
        const bar = ["application:toggle-side-tabbar", { side: "right" }];
        if (commands.hasCommand(bar[0]) && commands.isToggled(...bar)) commands.execute(...bar);
        app.shell.collapseRight(); app.shell.collapseLeft();
        tracker.widgetAdded.connect(() => { if (narrow()) app.shell.collapseLeft(); });
      });
    }
    return { id: "qtrain-class:class", description: "Hand in, download, bring", autoStart: true, requires: [INotebookTracker], optional: [IMainMenu, ICommandPalette], activate };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["qtrain-class"] = {
    init: async (scope) => { shared = scope; },
    get: async () => { const found = { default: await plugin(), __esModule: true }; return () => found; }
  };
})();
