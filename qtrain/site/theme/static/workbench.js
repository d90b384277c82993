// A circuit of up to five qubits on the page: gates by click or by keyboard, its state, counts and Bloch arrows, and the
// same circuit as Qiskit, Cirq and OpenQASM text. Everything is computed here; nothing is sent anywhere.
// Inside, qubit 0 is the most significant bit, as in the course's kets.
(function () {
  "use strict";
  const R = Math.SQRT1_2, MOST = 5, STEPS = 12;
  const turn = (a) => [Math.cos(a), Math.sin(a)];
  // Each gate as four complex entries [a, b, c, d] of its matrix.
  const GATES = {
    H: () => [[R, 0], [R, 0], [R, 0], [-R, 0]],
    X: () => [[0, 0], [1, 0], [1, 0], [0, 0]],
    Y: () => [[0, 0], [0, -1], [0, 1], [0, 0]],
    Z: () => [[1, 0], [0, 0], [0, 0], [-1, 0]],
    S: () => [[1, 0], [0, 0], [0, 0], [0, 1]],
    "S†": () => [[1, 0], [0, 0], [0, 0], [0, -1]],
    T: () => [[1, 0], [0, 0], [0, 0], [R, R]],
    "T†": () => [[1, 0], [0, 0], [0, 0], [R, -R]],
    "√X": () => [[0.5, 0.5], [0.5, -0.5], [0.5, -0.5], [0.5, 0.5]],
    RX: (a) => { const [c, s] = turn(a / 2); return [[c, 0], [0, -s], [0, -s], [c, 0]]; },
    RY: (a) => { const [c, s] = turn(a / 2); return [[c, 0], [-s, 0], [s, 0], [c, 0]]; },
    RZ: (a) => { const [c, s] = turn(a / 2); return [[c, -s], [0, 0], [0, 0], [c, s]]; },
    P: (a) => [[1, 0], [0, 0], [0, 0], turn(a)],
  };
  const TURNS = new Set(["RX", "RY", "RZ", "P"]);
  const [DOT, RING, SWAP] = ["●", "○", "×"];
  const MARKS = [DOT, RING, SWAP];
  const KEYS = { h: "H", x: "X", y: "Y", z: "Z", s: "S", t: "T", p: "P", c: DOT, o: RING, w: SWAP };

  // ---- what a circuit does --------------------------------------------------------------------------------------

  // The operations of a circuit {n, columns}: {gate, angle, targets, on, off}; controls of a column hold for all of it.
  function operations(circuit) {
    const found = [];
    for (const column of circuit.columns) {
      const at = (mark) => column.flatMap((cell, q) => (cell && cell.gate === mark ? [q] : []));
      const [on, off, swapped] = MARKS.map(at);
      if (swapped.length === 2) found.push({ gate: "SWAP", targets: swapped, on, off });
      column.forEach((cell, q) => {
        if (cell && GATES[cell.gate]) found.push({ gate: cell.gate, angle: cell.angle, targets: [q], on, off });
      });
    }
    return found;
  }

  // Amplitudes after the circuit from |0…0⟩: {re, im}, of length 2ⁿ.
  function simulate(circuit) {
    const n = circuit.n, size = 1 << n;
    const re = new Float64Array(size), im = new Float64Array(size);
    re[0] = 1;
    for (const step of operations(circuit)) {
      const bit = (q) => 1 << (n - 1 - q);
      const on = step.on.reduce((sum, q) => sum | bit(q), 0), off = step.off.reduce((sum, q) => sum | bit(q), 0);
      const free = (i) => (i & on) === on && !(i & off);
      if (step.gate === "SWAP") {
        const [a, b] = step.targets.map(bit);
        for (let i = 0; i < size; i++) {
          if (!(i & a) || i & b || !free(i)) continue;
          const j = i ^ a ^ b;
          [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
        }
        continue;
      }
      const [[ar, ai], [br, bi], [cr, ci], [dr, di]] = GATES[step.gate](step.angle);
      const mask = bit(step.targets[0]);
      for (let i = 0; i < size; i++) {
        if (i & mask || !free(i)) continue;
        const j = i | mask, [r0, i0, r1, i1] = [re[i], im[i], re[j], im[j]];
        re[i] = ar * r0 - ai * i0 + br * r1 - bi * i1;
        im[i] = ar * i0 + ai * r0 + br * i1 + bi * r1;
        re[j] = cr * r0 - ci * i0 + dr * r1 - di * i1;
        im[j] = cr * i0 + ci * r0 + dr * i1 + di * r1;
      }
    }
    return { re, im };
  }

  // The Bloch vector of one qubit's reduced state.
  function bloch(state, n, q) {
    const mask = 1 << (n - 1 - q), { re, im } = state;
    let [x, y, z] = [0, 0, 0];
    for (let i = 0; i < re.length; i++) {
      if (i & mask) continue;
      const j = i | mask;
      x += 2 * (re[i] * re[j] + im[i] * im[j]);
      y += 2 * (re[i] * im[j] - im[i] * re[j]);
      z += re[i] ** 2 + im[i] ** 2 - re[j] ** 2 - im[j] ** 2;
    }
    return [x, y, z];
  }

  // Shots from a small seeded generator (mulberry32): the same seed gives the same counts.
  function counts(state, shots, seed) {
    const sums = [], found = new Array(state.re.length).fill(0);
    state.re.reduce((sum, r, i) => (sums[i] = sum + r * r + state.im[i] ** 2), 0);
    for (let k = 0; k < shots; k++) {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      const u = ((t ^ (t >>> 14)) >>> 0) / 4294967296 * sums[sums.length - 1];
      found[sums.findIndex((sum) => u < sum)]++;
    }
    return found;
  }

  // ---- the same circuit as text ---------------------------------------------------------------------------------

  function qiskit(circuit) {
    const names = { "S†": "sdg", "T†": "tdg", "√X": "sx", SWAP: "swap" };
    const classes = { "S†": "SdgGate", "T†": "TdgGate", "√X": "SXGate", SWAP: "SwapGate", P: "PhaseGate" };
    const short = { X: ["cx", "ccx"], Y: ["cy"], Z: ["cz", "ccz"], H: ["ch"], P: ["cp"], RX: ["crx"], RY: ["cry"], RZ: ["crz"], SWAP: ["cswap"] };
    const needed = new Set();
    const lines = operations(circuit).flatMap((step) => {
      const angle = TURNS.has(step.gate) ? [step.angle] : [], all = [...step.on, ...step.off], k = all.length;
      const ready = k ? (short[step.gate] || [])[k - 1] : names[step.gate] || step.gate.toLowerCase();
      let line = `circuit.${ready}(${[...angle, ...all, ...step.targets].join(", ")})`;
      if (!ready) {
        const kind = classes[step.gate] || step.gate + "Gate";
        needed.add(kind);
        line = `circuit.append(${kind}(${angle}).control(${k}), [${[...all, ...step.targets].join(", ")}])`;
      }
      const flips = step.off.map((q) => `circuit.x(${q})`);
      return [...flips, line, ...flips];
    });
    const library = needed.size ? [`from qiskit.circuit.library import ${[...needed].sort().join(", ")}`] : [];
    return ["from qiskit import QuantumCircuit", ...library, "", `circuit = QuantumCircuit(${circuit.n})`, ...lines].join("\n") + "\n";
  }

  function cirq(circuit) {
    const names = { "S†": "(cirq.S**-1)", "T†": "(cirq.T**-1)", "√X": "(cirq.X**0.5)" };
    const turns = { RX: "cirq.rx", RY: "cirq.ry", RZ: "cirq.rz" };
    const lines = operations(circuit).map((step) => {
      const gate = step.gate === "P" ? `(cirq.Z**(${step.angle} / np.pi))`
        : turns[step.gate] ? `${turns[step.gate]}(${step.angle})` : names[step.gate] || `cirq.${step.gate}`;
      const all = [...step.on, ...step.off].map((q) => `q[${q}]`);
      const values = step.off.length ? `, control_values=[${[...step.on.map(() => 1), ...step.off.map(() => 0)].join(", ")}]` : "";
      const under = all.length ? `.controlled_by(${all.join(", ")}${values})` : "";
      return `    ${gate}(${step.targets.map((q) => `q[${q}]`).join(", ")})${under},`;
    });
    return ["import cirq", "import numpy as np", "", `q = cirq.LineQubit.range(${circuit.n})`, "circuit = cirq.Circuit(",
      "    cirq.I.on_each(*q),", ...lines, ")"].join("\n") + "\n";
  }

  function qasm(circuit) {
    const names = { "S†": "sdg", "T†": "tdg", "√X": "sx" };
    const lines = operations(circuit).map((step) => {
      const all = [...step.on, ...step.off];
      const before = (step.on.length ? `ctrl(${step.on.length}) @ ` : "") + (step.off.length ? `negctrl(${step.off.length}) @ ` : "");
      const angle = TURNS.has(step.gate) ? `(${step.angle})` : "";
      return `${before}${names[step.gate] || step.gate.toLowerCase()}${angle} ${[...all, ...step.targets].map((q) => `q[${q}]`).join(", ")};`;
    });
    return ["OPENQASM 3.0;", 'include "stdgates.inc";', `qubit[${circuit.n}] q;`, ...lines].join("\n") + "\n";
  }

  const TEXTS = { Qiskit: qiskit, Cirq: cirq, OpenQASM: qasm };
  window.qtrainWorkbench = { simulate, bloch, counts, qiskit, cirq, qasm };

  // ---- what a reader sees ---------------------------------------------------------------------------------------

  function element(name, given = {}, ...inside) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...inside);
    return made;
  }

  const number = (x) => (Math.abs(x) < 5e-4 ? 0 : x).toFixed(3).replace(/\.?0+$/, "").replace("-", "−");
  function complex(a, b) {
    if (Math.abs(b) < 5e-4) return number(a);
    if (Math.abs(a) < 5e-4) return (Math.abs(Math.abs(b) - 1) < 5e-4 ? (b < 0 ? "−" : "") : number(b)) + "i";
    return `(${number(a)} ${b < 0 ? "−" : "+"} ${number(Math.abs(b))}i)`;
  }

  function sphere([x, y, z], q) {
    // Seen from a little above, x to the front left, y to the right.
    const [px, py] = [34 * (y - 0.38 * x), -34 * (z - 0.22 * x)];
    const length = Math.hypot(x, y, z), words = `x ${number(x)}, y ${number(y)}, z ${number(z)}`;
    return `<figure><svg viewBox="-50 -56 100 112" width="104" role="img" aria-label="Bloch arrow of qubit ${q}: ${words}">
<g fill="none" stroke="currentColor" stroke-opacity=".45"><circle r="34"/><ellipse rx="34" ry="8"/><path d="M0-34V34M-34 0H34M13-7.5-13 7.5" stroke-dasharray="2 3"/></g>
<g font-size="8" fill="currentColor" text-anchor="middle"><text y="-38">0</text><text y="46">1</text><text x="42" y="3">y</text><text x="-18" y="15">x</text></g>
${length > 0.01 ? `<path class="arrow" d="M0 0 ${px.toFixed(1)} ${py.toFixed(1)}"/>` : ""}<circle class="tip" cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3"/></svg>
<figcaption>qubit ${q}</figcaption></figure>`;
  }

  function workbench(box) {
    const words = JSON.parse(box.dataset.words), given = JSON.parse(box.dataset.circuit);
    let circuit = JSON.parse(JSON.stringify(given)), tool = "H", order = box.dataset.order || "Cirq", language = "Qiskit";
    let sampled = null, seed = 1, here = [0, 0];
    const grid = element("table", { role: "grid", "aria-label": words.circuit });
    const palette = element("div", { class: "wb-tools", role: "toolbar", "aria-label": words.gates });
    const angle = element("input", { type: "number", step: "15", value: "90", "aria-label": words.angle });
    const out = element("div", { class: "wb-state" }), balls = element("div", { class: "wb-balls" });
    const said = element("p", { class: "wb-said", role: "status" }), code = element("pre", { dir: "ltr" });
    const shots = element("input", { type: "number", min: "1", max: "100000", value: "1000", "aria-label": words.shots });
    const button = (label, action, more = {}) => element("button", { type: "button", onclick: action, ...more }, label);

    for (const name of [...Object.keys(GATES), ...MARKS]) {
      palette.append(button(name, () => { tool = name; tools(); }, { "data-gate": name, "aria-label": words[name] || name }));
    }
    const tools = () => palette.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", one.dataset.gate === tool));
    const choice = (name, options, chosen, action) => element("span", { role: "group", "aria-label": name, class: "wb-choice" },
      ...options.map((option) => button(option, (event) => {
        for (const other of event.target.parentElement.children) other.setAttribute("aria-pressed", other === event.target);
        action(option);
      }, { "aria-pressed": String(option === chosen) })));

    function put(q, k, name) {
      while (circuit.columns.length <= k) circuit.columns.push(new Array(circuit.n).fill(null));
      const old = circuit.columns[k][q];
      const made = TURNS.has(name) ? { gate: name, angle: Number(angle.value) * Math.PI / 180 } : { gate: name };
      circuit.columns[k][q] = !name || (old && old.gate === name && old.angle === made.angle) ? null : made;
      while (circuit.columns.length && circuit.columns[circuit.columns.length - 1].every((cell) => !cell)) circuit.columns.pop();
      here = [q, k];
      draw();
    }
    function resize(n) {
      circuit.columns = circuit.columns.map((column) => Array.from({ length: n }, (_, q) => column[q] || null));
      circuit.n = n;
      here = [Math.min(here[0], n - 1), here[1]];
      draw();
    }

    function draw() {
      sampled = null;
      const width = Math.min(STEPS, Math.max(circuit.columns.length + 1, 4)), focused = grid.contains(document.activeElement);
      grid.replaceChildren(...Array.from({ length: circuit.n }, (_, q) => element("tr", {}, element("th", { scope: "row" }, `q${q}`),
        ...Array.from({ length: width }, (_, k) => {
          const cell = (circuit.columns[k] || [])[q];
          const label = cell ? (words[cell.gate] || cell.gate) + (cell.angle === undefined ? "" : ` ${number(cell.angle * 180 / Math.PI)}°`) : words.empty;
          const column = circuit.columns[k] || [], marked = column.flatMap((one, place) => (one && MARKS.includes(one.gate) ? [place] : []));
          const busy = column.flatMap((one, place) => (one ? [place] : []));
          const joined = marked.length && q >= Math.min(...busy) && q <= Math.max(...busy);
          const classes = [cell ? (MARKS.includes(cell.gate) ? "mark" : "gate") : "", joined && q > Math.min(...busy) ? "up" : "", joined && q < Math.max(...busy) ? "down" : ""];
          return element("td", { role: "gridcell", class: classes.join(" ").trim() }, button(cell ? cell.gate : "", () => put(q, k, tool), {
            "data-place": `${q},${k}`, tabindex: q === here[0] && k === here[1] ? "0" : "-1",
            "aria-label": `q${q}, ${words.step} ${k + 1}: ${label}`, title: cell && cell.angle !== undefined ? label : false,
          }));
        }))));
      if (focused) (grid.querySelector("[tabindex='0']") || grid.querySelector("button")).focus();
      show();
    }

    function show() {
      const state = simulate(circuit), n = circuit.n;
      const name = (i) => { const bits = i.toString(2).padStart(n, "0"); return order === "Qiskit" ? [...bits].reverse().join("") : bits; };
      const places = Array.from(state.re.keys()).sort((a, b) => (name(a) < name(b) ? -1 : 1));
      const shown = places.filter((i) => state.re[i] ** 2 + state.im[i] ** 2 > 1e-7 || (sampled && sampled.found[i]));
      out.innerHTML = shown.map((i) => {
        const p = state.re[i] ** 2 + state.im[i] ** 2, f = sampled ? sampled.found[i] / sampled.shots : 0;
        const e = sampled ? Math.sqrt(f * (1 - f) / sampled.shots) : 0, at = (v) => (Math.min(1, Math.max(0, v)) * 100).toFixed(2);
        const bar = sampled ? `<i class="count" style="left:${at(f)}%"></i><i class="error" style="left:${at(f - e)}%;width:${at(Math.min(2 * e, 1))}%"></i>` : "";
        return `<div><b>|${name(i)}⟩</b><span class="wb-bar"><i class="p" style="width:${at(p)}%"></i>${bar}</span>` +
          `<span class="wb-number">${complex(state.re[i], state.im[i])}</span><span class="wb-number">${number(p)}${sampled ? ` · ${sampled.found[i]} ± ${Math.round(e * sampled.shots)}` : ""}</span></div>`;
      }).join("");
      balls.innerHTML = Array.from({ length: n }, (_, q) => sphere(bloch(state, n, q), q)).join("");
      const sum = shown.slice(0, 6).map((i) => `${complex(state.re[i], state.im[i])} |${name(i)}⟩`).join(" + ").replaceAll("+ −", "− ");
      said.textContent = sum + (shown.length > 6 ? " + …" : "");
      code.textContent = TEXTS[language](circuit);
    }

    grid.addEventListener("keydown", (event) => {
      const place = event.target.dataset.place;
      if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
      const [q, k] = place.split(",").map(Number), back = document.documentElement.dir === "rtl" ? -1 : 1;
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -back], ArrowRight: [0, back] }[event.key];
      const key = KEYS[event.key.toLowerCase()];
      if (step) {
        const goal = grid.querySelector(`[data-place="${q + step[0]},${k + step[1]}"]`);
        if (goal) { event.target.tabIndex = -1; goal.tabIndex = 0; goal.focus(); }
      } else if (event.key === "Delete" || event.key === "Backspace") put(q, k, "");
      else if (key) put(q, k, key);
      else return;
      event.preventDefault();
    });

    const row = (...inside) => element("div", { class: "wb-row" }, ...inside);
    box.replaceChildren(
      row(palette, element("label", {}, words.angle, " ", angle, "°")),
      element("div", { class: "qt-scroll", dir: "ltr" }, grid),
      row(button("+", () => circuit.n < MOST && resize(circuit.n + 1), { "aria-label": words.more }), button("−", () => circuit.n > 1 && resize(circuit.n - 1), { "aria-label": words.fewer }),
        button(words.clear, () => { circuit.columns = []; draw(); }), button(words.again, () => { circuit = JSON.parse(JSON.stringify(given)); draw(); }),
        element("span", { class: "wb-label" }, words.order, " ", choice(words.order, ["Qiskit", "Cirq"], order, (one) => { order = one; show(); }))),
      said, element("div", { class: "wb-two" }, out, balls),
      row(element("label", {}, shots, " ", words.shots), button(words.run, () => {
        const many = Math.min(1e5, Math.max(1, Math.round(Number(shots.value)) || 1));
        sampled = { shots: many, found: counts(simulate(circuit), many, seed++) };
        show();
      })),
      element("details", {}, element("summary", {}, words.text), row(choice(words.text, Object.keys(TEXTS), language, (one) => { language = one; show(); })),
        element("div", { class: "highlight" }, code)));
    tools();
    draw();
  }

  document.querySelectorAll(".qt-workbench").forEach(workbench);
})();
