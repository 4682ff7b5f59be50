"use strict";
// Draws what the reader chooses of the tables; report_data.py says what the data are.
(() => {
  const find = (id) => document.getElementById(id);
  const TABLES = JSON.parse(find("data").textContent);
  const SVG = find("blank").namespaceURI;
  const NARROW = 560, ROW = 30;
  let read = "";
  const picked = { table: 0, dataset: 0, group: 0 };

  const make = (name, attributes = {}, ...content) => {
    const drawn = ["svg", "g", "line", "rect", "circle", "path", "text", "title"].includes(name);
    const made = drawn ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content); // texts become text nodes
    return made;
  };
  const table = () => TABLES[picked.table];
  const group = () => table().groups[picked.group];
  const chosen = (id) => [...find(id).querySelectorAll("input")].flatMap((box, i) => (box.checked ? [i] : []));

  // ---- what is chosen
  const options = (id, entries, current) => {
    find(id).replaceChildren(...entries.map(([value, title]) => make("option", { value }, title)));
    find(id).value = current;
    find(id).parentElement.hidden = id === "pick-table" && entries.length < 2;
  };
  const boxes = (id, titles, first) => {
    const rows = titles.map((title, i) => {
      const box = make("input", { type: "checkbox" });
      box.checked = i < first;
      return make("label", {}, box, " " + title);
    });
    find(id).replaceChildren(...rows);
  };
  const fillGroups = () => {
    const own = table().groups.map((one, i) => [i, one]).filter(([, one]) => one.dataset === picked.dataset);
    picked.group = own[0][0];
    options("pick-group", own.map(([i, one]) => [i, one.title]), picked.group);
  };
  const fill = () => {
    picked.dataset = 0;
    options("pick-dataset", table().datasets.map((title, i) => [i, title]), 0);
    fillGroups();
    boxes("pick-methods", table().methods, Infinity);
    boxes("pick-measures", table().measures.map((one) => one.title), 3);
  };

  // ---- the table
  const cellOf = (q, m) => group().measures[q].cells[m];
  const marked = (cell) => (cell.sign ? [cell.text + " ", make("span", { class: "sign " + cell.style }, cell.sign)] : [cell.text]);
  const tabled = (measures, methods) => {
    const words = measures.map((q) => table().measures[q]);
    const head = words.map((one) => make("th", { scope: "col" }, one.title + (one.goal ? " → " + one.goal : "")));
    const rows = methods.map((m) => make("tr", {}, make("th", { scope: "row" }, table().methods[m]),
      ...measures.map((q) => { const cell = cellOf(q, m); return make("td", {}, ...(cell ? marked(cell) : ["—"])); })));
    const floors = measures.map((q) => make("td", { class: "floor" }, group().measures[q].floor || "—"));
    rows.push(make("tr", {}, make("th", { scope: "row" }, "Floor"), ...floors));
    find("chosen-table").replaceChildren(
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Model"), ...head)), make("tbody", {}, ...rows));
  };

  // ---- what is said of a mark
  const tell = (q, m) => {
    const cell = cellOf(q, m), words = table().measures[q], found = [];
    const add = (term, text) => text && found.push(make("div", {}, make("dt", {}, term), make("dd", {}, text)));
    add("Model", table().methods[m]);
    add("Measure", words.title + (words.goal ? ", goal: " + words.goal : "") + " (" + words.meaning + ")");
    if (cell) {
      add("Value", cell.value ? cell.bound + " " + cell.value : cell.text);
      add("95 % interval", cell.low ? "[" + cell.low + ", " + cell.high + "]" : "none");
      add("Seeds", String(cell.count));
      add("Value of each seed", cell.seeds.map(([seed, bound, text]) => seed + ": " + bound + text).join(" · "));
      add("Floor", group().measures[q].floor);
      add("Against doing nothing", cell.verdict);
      add("Notes", cell.notes.join(" · "));
    } else add("Value", "not defined, or not measured");
    add(m === table().nothing || m === table().gold ? "Made with" : "Its options", group().made[m]);
    if (m !== table().nothing && m !== table().gold) add("Starts from", "the original, " + group().start);
    find("told").replaceChildren(...found);
    read = q + "," + m;
    shade();
  };
  const shade = () => {
    for (const one of document.querySelectorAll(".mark")) one.classList.toggle("read", one.dataset.mark === read);
  };

  // ---- the picture
  const steps = (low, high, logarithmic) => {
    if (logarithmic) {
      const powers = [];
      for (let p = Math.floor(low); p <= high; p++) for (const k of high - low < 1.5 ? [1, 2, 5] : [1]) powers.push(k * 10 ** p);
      return powers.filter((one) => Math.log10(one) >= low && Math.log10(one) <= high);
    }
    const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((k) => k * power).find((one) => one >= rough), found = [];
    for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(k * step);
    return found;
  };
  const aimed = (q) => {
    const goal = table().measures[q].goal, gold = cellOf(q, table().gold);
    const aim = goal === "retrained" ? gold && gold.value : goal;
    return aim ? +aim : null;
  };
  const ink = document.createElement("canvas").getContext("2d");
  ink.font = "13px " + getComputedStyle(document.body).fontFamily;
  const wide = (title) => ink.measureText(title).width;
  const picture = (q, methods, width) => {
    const all = group().measures[q].cells, original = all[table().nothing];
    const nothing = original && original.value !== undefined ? +original.value : null;
    const aim = aimed(q), ends = group().measures[q].band;
    const dots = (cell) => (cell.low ? [] : cell.seeds.map((one) => +one[2]).filter((one) => !isNaN(one)));
    const numbers = methods.flatMap((m) => (all[m] ? [all[m].value, all[m].low, all[m].high, ...dots(all[m])] : []))
      .concat(nothing ?? [], aim ?? [], methods.length ? [] : [0, 1]).filter((one) => one !== undefined).map(Number);
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const logarithmic = least > 0 && most / least > 50;
    const scaled = logarithmic ? (x) => Math.log10(Math.max(x, least / 10)) : (x) => x;
    const extra = (scaled(most) - scaled(least) || Math.abs(scaled(most)) || 1) * 0.06;
    const [low, high] = [scaled(least) - extra, scaled(most) + extra];
    const longest = Math.max(0, ...methods.map((m) => wide(table().methods[m])));
    const narrow = width < NARROW || longest > 0.4 * width;
    const left = narrow ? 8 : Math.max(120, longest + 20), step = narrow ? 44 : ROW, right = width - 12;
    const x = (value) => left + ((Math.min(Math.max(scaled(value), low), high) - low) / (high - low)) * (right - left);
    const bottom = methods.length * step + 8, words = table().measures[q];
    const svg = make("svg", { width, height: bottom + 26, role: "group", "aria-label": words.title });
    if (ends) svg.append(make("rect", { class: "band", x: x(ends[0]), y: 0, width: Math.max(x(ends[1]) - x(ends[0]), 1), height: bottom }));
    const upright = (value, style) => svg.append(make("line", { class: style, x1: x(value), x2: x(value), y1: 0, y2: bottom }));
    if (aim !== null) upright(aim, "aim");
    if (nothing !== null) upright(nothing, "nothing");
    svg.append(make("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }));
    for (const one of steps(low, high, logarithmic))
      svg.append(make("text", { class: "tick", x: x(one), y: bottom + 17, "text-anchor": "middle" }, String(+one.toPrecision(6))));
    methods.forEach((m, i) => {
      const cell = all[m], y = i * step + (narrow ? 30 : 18), title = table().methods[m];
      const label = title + ": " + (cell ? cell.text + "; " + cell.verdict : "not defined, or not measured");
      const mark = make("g", { class: "mark " + ((cell && cell.style) || ""), tabindex: 0, role: "img", "aria-label": label, "data-mark": q + "," + m });
      mark.append(make("rect", { class: "hit", x: 1, y: i * step + 2, width: width - 2, height: step - 2, rx: 4 }));
      mark.append(narrow ? make("text", { x: left, y: y - 12 }, title) : make("text", { x: left - 10, y: y + 4, "text-anchor": "end" }, title));
      if (cell && cell.value !== undefined) {
        if (cell.low) mark.append(make("line", { class: "interval", x1: x(cell.low), x2: x(cell.high), y1: y, y2: y }));
        for (const one of dots(cell)) mark.append(make("circle", { class: "seed", cx: x(one), cy: y, r: 3 }));
        const at = x(cell.value), to = cell.bound === "≤" ? -9 : 9;
        mark.append(cell.bound ? make("path", { class: "dot", d: `M${at} ${y - 5}L${at + to} ${y}L${at} ${y + 5}Z` }) : make("circle", { class: "dot", cx: at, cy: y, r: 5 }));
      } else mark.append(make("text", { class: "absent", x: left + 6, y: y + 4 }, cell ? cell.text : "—"));
      for (const kind of ["focus", "mouseenter", "click"]) mark.addEventListener(kind, () => tell(q, m));
      svg.append(mark);
    });
    const goal = words.goal ? " → " + words.goal : "";
    return make("figure", {}, make("figcaption", {}, make("b", {}, words.title + goal), logarithmic ? " (logarithmic axis)" : ""), svg);
  };

  const draw = () => {
    const measures = chosen("pick-measures"), methods = chosen("pick-methods");
    const width = Math.max(280, find("pictures").clientWidth);
    tabled(measures, methods);
    find("pictures").replaceChildren(...measures.map((q) => picture(q, methods, width)));
    shade();
  };
  const on = (id, then) => find(id).addEventListener("change", (event) => { then(+event.target.value); draw(); });
  on("pick-table", (value) => { picked.table = value; fill(); });
  on("pick-dataset", (value) => { picked.dataset = value; fillGroups(); });
  on("pick-group", (value) => { picked.group = value; });
  for (const id of ["pick-methods", "pick-measures"]) {
    find(id).addEventListener("change", draw);
    find("all-" + id).addEventListener("click", () => {
      const all = [...find(id).querySelectorAll("input")], every = all.every((box) => box.checked);
      for (const box of all) box.checked = !every;
      draw();
    });
  }
  let last = 0;
  addEventListener("resize", () => { if (innerWidth !== last) { last = innerWidth; draw(); } });
  addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details")) one.open = true; });
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  options("pick-table", TABLES.map((one, i) => [i, one.title]), 0);
  fill();
  draw();
})();
