// The list by keyboard: moving, opening groups, selecting, and answering what is selected.
// What a reader opened and selected is kept here and put back after every change of the list.
(() => {
  const rows = document.getElementById("rows");
  const bulk = document.getElementById("bulk");
  const counter = document.getElementById("bulk-count");
  const opened = new Map();
  const selected = new Set();
  let underWay = [];
  let lastBox = null;
  let asked = null;

  const headings = () => [...rows.querySelectorAll("tr.group")];
  const boxes = (scope = rows) => [...scope.querySelectorAll("input[name=key]")];
  const members = (id) => [...rows.querySelectorAll(`tr[data-group="${id}"]`)];
  const boxesOf = (heading) => members(heading.id).flatMap((row) => boxes(row));
  const isOpen = (heading) => opened.get(heading.id) ?? heading.dataset.start === "open";
  const target = (row) => row.querySelector(row.matches(".group") ? "button.toggle" : "a.subject");
  const current = () => document.activeElement?.closest("#rows tr") ?? null;

  function put(element, name, value) {
    if (element[name] !== value) element[name] = value;
  }

  function showGroup(heading) {
    const open = isOpen(heading);
    const toggle = heading.querySelector("button.toggle");
    const box = heading.querySelector("input.of-group");
    const own = boxesOf(heading);
    const chosen = own.filter((each) => each.checked).length;
    put(toggle, "hidden", false);
    put(toggle, "ariaExpanded", String(open));
    put(box, "hidden", own.length === 0);
    put(box, "checked", chosen > 0 && chosen === own.length);
    put(box, "indeterminate", chosen > 0 && chosen < own.length);
    for (const row of members(heading.id)) put(row, "hidden", !open);
  }

  function show() {
    const there = new Set(boxes().map((box) => box.value));
    for (const key of selected) if (!there.has(key)) selected.delete(key);
    for (const box of boxes()) put(box, "checked", selected.has(box.value));
    headings().forEach(showGroup);
    put(bulk, "hidden", selected.size === 0 && underWay.length === 0);
    const words = selected.size ? `${selected.size} selected` : `${underWay.length} under way…`;
    put(counter, "textContent", words);
  }

  function select(some, on) {
    for (const box of some) on ? selected.add(box.value) : selected.delete(box.value);
    show();
  }

  function toggleBoxes(some) {
    select(some, !some.every((box) => selected.has(box.value)));
  }

  function clear() {
    select(boxes(), false);
    bulk.reset();
    asked = null;
  }

  function toggleGroup(heading) {
    opened.set(heading.id, !isOpen(heading));
    show();
    if (!current() || current().hidden) target(heading).focus();
  }

  function headingOf(row) {
    if (!row) return null;
    return row.matches(".group") ? row : document.getElementById(row.dataset.group ?? "");
  }

  function focus(row) {
    const heading = headingOf(row);
    if (row.hidden && heading) toggleGroup(heading);
    target(row).focus();
  }

  function step(by) {
    const visible = [...rows.rows].filter((row) => !row.hidden);
    const at = visible.indexOf(current());
    const next = at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by;
    const row = visible[Math.max(0, Math.min(visible.length - 1, next))];
    if (row) focus(row);
  }

  function stepInSubject(by) {
    const row = current();
    if (!row?.dataset.subject) return;
    const same = [...rows.rows].filter((each) => each.dataset.subject === row.dataset.subject);
    const next = same[same.indexOf(row) + by];
    if (next) focus(next);
  }

  function toggleAll() {
    const open = !headings().every(isOpen);
    for (const heading of headings()) opened.set(heading.id, open);
    show();
  }

  function selectHere() {
    const row = current();
    if (row) toggleBoxes(row.matches(".group") ? boxesOf(row) : boxes(row));
  }

  function selectGroup() {
    const heading = headingOf(current());
    if (heading) toggleBoxes(boxesOf(heading));
  }

  function answer(path) {
    const where = selected.size ? bulk : current();
    where?.querySelector(`button[formaction="${path}"]`)?.click();
  }

  // What needs a word more is answered in the bar, for the row at hand where none is selected.
  function answerInBar(path) {
    if (!selected.size) selectHere();
    if (selected.size) bulk.querySelector(`button[formaction="${path}"]`).click();
  }

  function lacks(button) {
    const field = button.dataset.needs && bulk.elements[button.dataset.needs];
    return field && !field.value.trim() ? field : null;
  }

  bulk.addEventListener("click", (event) => {
    const button = event.target.closest("button[formaction]");
    const field = button && lacks(button);
    if (!field) return;
    event.preventDefault();
    asked = button;
    field.focus();
  });

  // Enter in a field answers with what was asked last, not with the first button of the form.
  bulk.addEventListener("keydown", (event) => {
    if (event.key === "Escape") clear();
    else if (event.key === "Enter" && asked && event.target.matches("input, select")) asked.click();
    else return;
    event.preventDefault();
  });

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    n: () => stepInSubject(1),
    b: () => stepInSubject(-1),
    o: () => headingOf(current()) && toggleGroup(headingOf(current())),
    O: toggleAll,
    x: selectHere,
    X: selectGroup,
    a: () => answer("/acknowledge"),
    s: () => answer("/snooze"),
    m: () => answerInBar("/take"),
    t: () => answerInBar("/assign"),
    e: () => answerInBar("/escalate"),
    w: () => answerInBar("/note"),
    c: () => answerInBar("/close"),
    "*": () => toggleBoxes(boxes()),
    "/": () => document.querySelector("#facets a").focus(),
    Escape: clear,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys)) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    keys[event.key]();
    event.preventDefault();
  });

  rows.addEventListener("click", (event) => {
    const heading = event.target.closest("tr.group");
    if (heading && event.target.closest("button.toggle")) toggleGroup(heading);
    else if (event.target.matches("input.of-group")) toggleBoxes(boxesOf(heading));
    else if (event.target.matches("input[name=key]")) choose(event.target, event.shiftKey);
  });

  function choose(box, range) {
    const all = boxes().filter((each) => !each.closest("tr").hidden);
    const from = range && lastBox?.isConnected ? all.indexOf(lastBox) : -1;
    const [low, high] = [from, all.indexOf(box)].sort((a, b) => a - b);
    select(from < 0 ? [box] : all.slice(low, high + 1), box.checked);
    lastBox = box;
  }

  // An action removes its own button, and the bar goes when it has sent what was typed there; the
  // focus then is in the row at hand instead of nowhere.
  let row = null;
  const backToRow = () => row?.isConnected && target(row).focus({ preventScroll: true });
  document.addEventListener("focusin", (event) => {
    if (!bulk.contains(event.target)) row = event.target.closest("#rows tr");
  });
  document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement === document.body) backToRow();
  });

  // What is sent is not selected any more: the next key is for the row at hand. Where nobody
  // answered it is selected again.
  bulk.addEventListener("htmx:config:request", () => {
    underWay = [...selected];
    bulk.ariaBusy = "true";
    clear();
    if (bulk.contains(document.activeElement)) backToRow();
  });
  bulk.addEventListener("htmx:error", () => underWay.forEach((key) => selected.add(key)));
  bulk.addEventListener("htmx:finally:request", () => {
    underWay = [];
    bulk.ariaBusy = "false";
    show();
  });
  document.getElementById("bulk-clear").addEventListener("click", clear);
  document.getElementById("bulk-clear").hidden = false;
  new MutationObserver(show).observe(rows, {
    subtree: true,
    childList: true,
    attributeFilter: ["hidden", "aria-expanded", "data-start"],
  });
  show();
})();
