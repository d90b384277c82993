"use strict";
// The class, live: asks the service what changed, waits for the answer, asks again; whatever happens to either of them.
const $ = (id) => document.getElementById(id), lines = new Map(), rows = new Map();
let state = "", summary = null, titles = {}, offered = [], roster = [], ahead = 0, chosen = "";

const cookie = () => (document.cookie.match(/(?:^|; )_xsrf=([^;]*)/) || [])[1] || "";
async function ask(path, sent) {
  const options = {headers: {"X-XSRFToken": cookie()}, cache: "no-store"};
  if (sent) Object.assign(options, {method: "POST", body: JSON.stringify(sent)}).headers["Content-Type"] = "application/json";
  const reply = await fetch(path, options);
  const told = await reply.json().catch(() => ({error: "The class's computer answers with something else."}));
  if (!reply.ok) throw Object.assign(new Error(told.error), {status: reply.status});
  return told;
}
const text = (node, words) => { if (node.textContent !== words) node.textContent = words; };
const say = (words) => text($("said"), words);
function make(tag, words, more) { return Object.assign(document.createElement(tag), {textContent: words || ""}, more); }
function name(words) { return make("bdi", words, {dir: "auto"}); }
const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;
const title = (id, own) => { const known = own || titles[id]; return known ? (known.startsWith(id) ? known : `${id} · ${known}`) : id; };
const moment = (seconds) => new Date(seconds * 1000).toLocaleString([], {dateStyle: "medium", timeStyle: "short"});
function ago(seconds) {
  const minutes = Math.max(1, Math.round((Date.now() / 1000 + ahead - seconds) / 60));
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 2880) return many(Math.round(minutes / 60), "hour ago", "hours ago");
  return `${Math.round(minutes / 1440)} days ago`;
}

// --- learners: a row each, of which only what changed is written -----------------------------------------------
function row(id) {
  if (rows.has(id)) return rows.get(id);
  const made = make("tr"); made.setAttribute("role", "row");
  ["", "", "", "Done", "Open", "Handed in"].forEach((label, k) => {
    const cell = make(k ? "td" : "th");
    cell.setAttribute("role", k ? "cell" : "rowheader"); if (!k) cell.scope = "row";
    if (label) cell.dataset.label = label;
    if (label === "Done" || label === "Open") cell.className = "n";
    made.append(cell);
  });
  made.cells[0].append(name("")); made.cells[2].append(make("span"), make("span", "", {className: "late"}));
  rows.set(id, made);
  return made;
}
function write(line) {
  const cells = row(line.id).cells;
  text(cells[0].firstChild, line.name);
  cells[1].className = line.here ? "here" : "";
  text(cells[1], line.here ? "● here" : line.seen ? ago(line.seen) : "not yet");
  text(cells[2].firstChild, line.exercise ? title(line.exercise) : line.document ? title(line.document) : "");
  text(cells[2].lastChild, line.wrong ? many(line.wrong, "try without success", "tries without success") : "");
  text(cells[3], line.done ? String(line.done) : ""); text(cells[4], line.tried ? String(line.tried) : "");
  const handed = Object.entries(line.handed), told = JSON.stringify(handed);
  if (cells[5].dataset.told !== told) {
    cells[5].dataset.told = told;
    cells[5].replaceChildren(...handed.map(([release, one]) => {
      const shown = make("span", `${release}: ${moment(one.at)}${one.times > 1 ? `, ${one.times} times` : ""}`);
      shown.append(" ", make("code", one.digest));
      if (one.late) shown.append(" ", make("b", one.late, {className: "late"}));
      return shown;
    }));
  }
}
function arrange() {
  const wanted = $("find").value.trim().toLocaleLowerCase(), how = $("order").value, place = new Map(roster.map((id, k) => [id, k]));
  const open = (line) => Object.keys(line.handed).length;
  const sorted = [...lines.values()].sort((a, b) => (how === "stuck" ? b.wrong - a.wrong : how === "open" ? open(a) - open(b) : 0) || place.get(a.id) - place.get(b.id));
  const body = $("lines"), before = [...body.children], after = sorted.map((line) => row(line.id));
  if (before.length !== after.length || after.some((one, k) => one !== before[k])) {
    const at = document.activeElement; body.replaceChildren(...after); if (at && at.isConnected) at.focus();
  }
  for (const line of sorted) {
    const seen = (!wanted || `${line.name} ${line.id}`.toLocaleLowerCase().includes(wanted)) && (!$("only").checked || line.here);
    if (row(line.id).hidden === seen) row(line.id).hidden = !seen;
  }
}

// --- problem sets ------------------------------------------------------------------------------------------------
function release(one) {
  const card = make("li"), buttons = make("div", "", {className: "row"}), head = make("h3");
  head.append(name(one.name), " · ", name(one.title));
  const facts = [one.due ? `Due ${moment(one.due)}.` : "No due time.",
    one.opened ? (one.closed ? `Closed since ${moment(one.closed)}.` : "Open.") : "Prepared; learners do not see it yet."];
  card.append(head, make("p", facts.join(" ")), make("p", `Handed in: ${one.handed} of ${many(one.copies, "learner", "learners")}.`));
  if (one.without && one.opened) card.append(make("p", `${many(one.without, "learner of the roster has", "learners of the roster have")} no copy yet: give it out again.`, {className: "late"}));
  for (const [learner, until] of Object.entries(one.extensions)) {
    const told = make("p", "", {className: "note"});
    told.append(name(lines.get(learner)?.name || learner), ` has time until ${moment(until)}.`); card.append(told);
  }
  const word = (id) => /^[\w@+.-]+$/.test(id) ? id : `'${id.replaceAll("'", `'"'"'`)}'`;
  const given = Object.entries(one.extensions).map(([learner, until]) => `--extend ${word(learner)} ${new Date(1000 * until).toISOString()}`);
  if (given.length) {
    const told = make("p", "Grading what Collect gives takes this too: ", {className: "note"});
    told.append(make("code", given.join(" "))); card.append(told);
  }
  const button = (words, work) => {
    const made = make("button", words, {type: "button"});
    made.setAttribute("aria-label", `${words.replace(" …", "")}: ${one.name}`); made.dataset.key = `${one.name} ${words}`;
    made.addEventListener("click", () => work(made)); buttons.append(made);
  };
  if (!one.opened || one.closed || one.without) button(one.opened && one.closed ? "Open again" : one.opened ? "Give out again" : "Give out", (at) => act(at, {action: "give", release: one.name}));
  if (one.opened && !one.closed) button("Close …", async (at) => {
    text($("sure-h"), `Close ${one.name}?`); if (await asked("sure")) act(at, {action: "close", release: one.name});
  });
  if (one.opened) {
    button("More time …", (at) => extend(at, one));
    const link = make("a", "Collect", {className: "button", href: `collect/${encodeURIComponent(one.name)}`, download: `${one.name}.zip`});
    link.setAttribute("aria-label", `Collect: ${one.name}, as a zip`); link.dataset.key = `${one.name} Collect`; buttons.append(link);
  }
  card.append(buttons);
  return card;
}
function fill(list, empty, made) { $(list).replaceChildren(...made); $(empty).hidden = made.length > 0; }
let drawn = "";
function draw() {
  text($("count"), `Here: ${summary.here} of ${many(summary.of, "learner", "learners")}`);
  const told = JSON.stringify([summary.releases, summary.hard, summary.mistakes, summary.troubles]);
  if (told === drawn) return;
  drawn = told;
  const at = document.activeElement?.dataset?.key;
  fill("releases", "no-releases", summary.releases.map(release));
  if (at) document.querySelector(`[data-key="${CSS.escape(at)}"]`)?.focus();
  fill("hard", "no-hard", summary.hard.map((one) => make("li", `${title(one.exercise, one.title)}: ${many(one.stuck, "learner is", "learners are")} stuck after ${many(one.tries, "try", "tries")}` + (one.done ? `, ${one.done} who are here did it.` : "."))));
  fill("mistakes", "no-mistakes", summary.mistakes.map((one) => make("li", `${title(one.exercise, one.title)}: ${one.words} (${many(one.learners, "learner", "learners")})`)));
  $("troubles").replaceChildren(...summary.troubles.map((words) => make("p", words)));
}

// --- what buttons do ---------------------------------------------------------------------------------------------
function asked(id) {
  const dialog = $(id); dialog.returnValue = "no"; dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), {once: true}));
}
const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "";
const iso = (value) => value ? new Date(value).toISOString() : "";
async function act(button, what) {
  button.disabled = true; say("One moment …");
  try { say((await ask("do", what)).said); } catch (error) { say(error instanceof TypeError ? "The class's computer does not answer: try again." : `Not done: ${error.message}.`); }
  button.disabled = false;
}
$("new").addEventListener("click", async () => {
  const prepared = summary.releases.filter((one) => !one.opened);
  $("what").replaceChildren(...offered.map((one) => make("option", one.title, {value: one.module})), ...prepared.map((one) => make("option", `${one.name}, which is prepared`, {value: `=${one.name}`})));
  if (!$("what").options.length) { say("The course on this computer has no problem set that can be given out."); return; }
  propose();
  if (!await asked("give")) return;
  const own = $("what").value.startsWith("=");
  act($("new"), own ? {action: "give", release: $("what").value.slice(1)} : {action: "give", release: $("name").value, module: $("what").value, due: iso($("due").value), zone: zone()});
});
function propose() {
  const own = $("what").value.startsWith("=");
  $("name").value = own ? $("what").value.slice(1) : `ps${parseInt($("what").value, 10)}`; $("name").disabled = $("due").disabled = own;
}
$("what").addEventListener("change", propose);
async function extend(button, one) {
  text($("extend-h"), `More time for ${one.name}`);
  $("whom").replaceChildren(...roster.map((id) => make("option", lines.get(id).name, {value: id, dir: "auto"})));
  if (await asked("extend")) act(button, {action: "extend", release: one.name, learner: $("whom").value, due: iso($("until").value)});
}
for (const id of ["find", "order", "only"]) $(id).addEventListener("input", arrange);

// --- asking, for ever --------------------------------------------------------------------------------------------
function take(told) {
  state = told.state; ahead = told.now - Date.now() / 1000;
  if (told.all) { lines.clear(); titles = told.titles; offered = told.offered; drawn = ""; }
  for (const line of told.lines) { lines.set(line.id, line); write(line); }
  if (told.summary) {
    summary = told.summary; roster = told.order;
    for (const id of [...lines.keys()]) if (!roster.includes(id)) { lines.delete(id); rows.get(id)?.remove(); rows.delete(id); }
  }
  arrange(); draw();
}
async function follow() {
  for (let failed = 0; ;) {
    try {
      take(await ask(`state?after=${state}`));
      if (failed) say("The class's computer answers again.");
      failed = 0;
    } catch (error) {
      if (error.status === 403 && failed) { location.reload(); return; }   // signed out, or another browser's cookie
      failed += 1;
      if (failed > 1) say("The class's computer does not answer. Trying again …");
      await new Promise((done) => setTimeout(done, Math.min(5000, 500 * failed)));
    }
  }
}
setInterval(() => { for (const line of lines.values()) if (!line.here && line.seen) write(line); }, 30000);
follow();
