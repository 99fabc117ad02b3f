// What is remembered may be forbidden (private windows, some folders): then it is forgotten.
const stored = (store, key, value) => {
  try { return value === undefined ? window[store][key] : (window[store][key] = value); } catch { return value; }
};
const root = document.documentElement, all = (query) => [...document.querySelectorAll(query)];
root.dataset.theme = stored("localStorage", "theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
root.dataset.review = stored("sessionStorage", "review") ?? "off";

// The row that a link leads to may lie in a closed fold: open it, then show the row. Going back
// shows the sentence again, although folds that were opened have moved it.
function arrive() {
  const from = all("article a")[history.state?.from];
  const row = from ?? document.getElementById(decodeURIComponent(location.hash.slice(1)));
  // A row's address holds without its theme, too: its indicator leads to the page of its rows.
  const key = location.hash.slice(1), list = !row && document.querySelector(`[id="${key.split(".")[0]}"] a`);
  if (list && key.includes(".")) return location.replace(list.href.split("#")[0] + "#" + key);
  if (!from && !row?.closest("table.hg, details")) return;
  for (let fold = row; (fold = fold.parentElement.closest("details")); ) fold.open = true;
  if (!from) return row.scrollIntoView({ block: "center" });
  requestAnimationFrame(() => { from.scrollIntoView({ block: "center" }); from.focus({ preventScroll: true }); });
}
for (const event of ["load", "hashchange"]) addEventListener(event, arrive);
addEventListener("click", ({ target }) => {
  const link = target.closest?.("article a");
  if (link) history.replaceState({ from: all("article a").indexOf(link) }, "");
});

// The other language opens at the same place: texts and pictures have one name in both.
addEventListener("click", ({ target }) => {
  const passed = all("article :is(.at, .cell)[id]").filter((e) => e.getBoundingClientRect().top < innerHeight / 3);
  if (target.className === "language" && scrollY) target.hash = passed.at(-1)?.id ?? "";
});

// A switch: two states of the page, what each is called, and where the choice is kept.
function turn(id, on, off, store) {
  const button = document.getElementById(id);
  if (!button) return;
  const show = () => button.setAttribute("aria-pressed", root.dataset[id] === on);
  button.onclick = () => { stored(store, id, (root.dataset[id] = root.dataset[id] === on ? off : on)); show(); };
  show();
}
// What scrolls sideways can be reached by the keyboard.
function reach() {
  for (const box of all(".hg-wide, pre")) box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
}
// Without marks and in small letters: "nghèo" is found by "ngheo", "Đảng" by "dang".
const folded = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
// A table, or a list, shows the rows that hold every word that is typed above it.
function choose(box) {
  const input = box.querySelector("input"), place = box.nextElementSibling;
  if (!place?.matches(".hg-wide, ul.sources")) return (box.hidden = false);
  const rows = [...place.querySelectorAll(":scope tbody > tr, :scope > li")].map((row) => [row, folded(row.textContent)]);
  // What stands in a column is chosen from a list; of a period it is the last year.
  const said = (row, n) => { const cell = row.cells[n]; return cell.dataset.sort?.split("/").at(-1).slice(0, 4) ?? cell.textContent.trim(); };
  const lists = [...box.querySelectorAll("select")].map((list) => [list, +list.dataset.column]);
  for (const [list, n] of lists) list.append(...[...new Set(rows.map(([row]) => said(row, n)))].map((each) => new Option(each)));
  const count = box.querySelector("output");
  (box.oninput = () => {
    const words = folded(input.value).split(/\s+/), fits = ([row, text]) => words.every((word) => text.includes(word)) &&
      lists.every(([list, n]) => !list.value || said(row, n) === list.value);
    for (const each of rows) each[0].hidden = !fits(each);
    if (count) count.value = rows.filter(([row]) => !row.hidden).length;
  })();
  const button = box.querySelector("[data-csv]");
  if (button) button.onclick = () => {
    const shown = [...place.querySelectorAll("tr:not([hidden])")].map((row) => [...row.cells]
      .map((cell) => `"${cell.innerText.trim().replaceAll('"', '""')}"`).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + shown.join("\r\n")], { type: "text/csv" }));
    link.download = document.title.split(" · ")[0] + ".csv"; link.click();
  };
  box.hidden = false;
}
addEventListener("DOMContentLoaded", () => {
  if (!document.getElementById("review")) root.dataset.review = "off"; // no switch, no marks
  turn("theme", "dark", "light", "localStorage");
  turn("review", "on", "off", "sessionStorage");
  document.getElementById("menu").onclick = ({ target }) =>
    target.setAttribute("aria-expanded", target.getAttribute("aria-expanded") !== "true");
  for (const place of all(".address:empty")) place.textContent = location.href.split("#")[0] + (place.dataset.at && "#" + place.dataset.at);
  for (const box of all(".filter")) choose(box);
  for (const head of all("table.sortable th")) head.innerHTML = `<button>${head.innerHTML}</button>`;
  reach();
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
});
